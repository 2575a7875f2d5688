"""The generator: its state, configuration, schedule and last command (S§8)."""

from typing import Final

from ..settings_models import Generator, GeneratorConfig, GeneratorMode, GeneratorSchedule
from .values import flag, load_settings, load_settings_or_none, number, object_in, percent, whole, within, word

GENERATOR_PATH: Final = "/ivp/ensemble/generator"
GENERATOR_CONFIG_PATH: Final = "/ivp/ss/gen_config"
GENERATOR_SCHEDULE_PATH: Final = "/ivp/ss/gen_schedule"
GENERATOR_MODE_PATH: Final = "/ivp/ss/gen_mode"

_MOST_KW: Final = 1000
_MOST_A: Final = 10_000
_MOST_MIN: Final = 1440


def parse_generator(body: bytes) -> Generator:
    """Return the state of the generator; a gateway without one sends `unknown` and `open`.

    Raises:
        GatewayResponseError: the body is not an object with a state.
    """
    document = load_settings(body, GENERATOR_PATH, "oper_state", "admin_state")
    return Generator(
        commanded_position=word(document.get("admin_state")),
        relay_position=word(document.get("oper_state")),
        mode_number=whole(document.get("admin_mode")),
        start_soc_percent=percent(document.get("start_soc")),
        stop_soc_percent=percent(document.get("stop_soc")),
        schedule_active=flag(document.get("schedule")),
        exercising=flag(document.get("exc_on")),
        present=flag(document.get("present")),
    )


def parse_generator_config(body: bytes) -> GeneratorConfig:
    """Return the configuration; `{}` means that there is no generator.

    Raises:
        GatewayResponseError: the body is another document.
    """
    document = load_settings_or_none(
        body, GENERATOR_CONFIG_PATH, "gen_type", "model", "name_plate_rating_wat", "charge_from_generator"
    )
    kilowatts = within(number(document.get("name_plate_rating_wat")), 0, _MOST_KW)
    method = word(document.get("start_method"))
    return GeneratorConfig(
        configured=bool(document),
        manufacturer=word(document.get("manufacturer")),
        model=word(document.get("model")),
        generator_type=word(document.get("gen_type")),
        rated_power_w=None if kilowatts is None else kilowatts * 1000,
        max_current_a=within(number(document.get("max_cont_gen_amps")), 0, _MOST_A),
        start_method=None if method is None else method.lower(),
        warm_up_min=within(number(document.get("warm_up_mins")), 0, _MOST_MIN),
        cool_down_min=within(number(document.get("cool_down_mins")), 0, _MOST_MIN),
        charge_from_generator=flag(document.get("charge_from_generator")),
        raw=document,
    )


def parse_generator_schedule(body: bytes) -> GeneratorSchedule:
    """Return the schedule, empty without a generator.

    Raises:
        GatewayResponseError: the body is another document.
    """
    document = load_settings_or_none(body, GENERATOR_SCHEDULE_PATH, "default_soc", "schedule", "exercise_config")
    default = object_in(document.get("default_soc"))
    return GeneratorSchedule(
        start_soc_percent=percent(default.get("start_soc")),
        stop_soc_percent=percent(default.get("stop_soc")),
        raw=document,
    )


def parse_generator_mode(body: bytes) -> GeneratorMode:
    """Return the last command, none without a generator.

    Raises:
        GatewayResponseError: the body is another document.
    """
    document = load_settings_or_none(body, GENERATOR_MODE_PATH, "gen_cmd")
    return GeneratorMode(command=word(document.get("gen_cmd")))
