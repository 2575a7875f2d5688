"""The generator: its state, configuration, schedule and last command (S§8)."""

from typing import Final

from ..settings_models import Generator, GeneratorConfig, GeneratorMode, GeneratorSchedule
from .quantities import percent
from .values import load_settings, load_settings_or_empty, number_within, object_in, whole, within, word

GENERATOR_PATH: Final = "/ivp/ensemble/generator"
GENERATOR_CONFIG_PATH: Final = "/ivp/ss/gen_config"
GENERATOR_MODE_PATH: Final = "/ivp/ss/gen_mode"
GENERATOR_SCHEDULE_PATH: Final = "/ivp/ss/gen_schedule"

_MOST_KW: Final = 1000
_LAST_MINUTE: Final = 1439


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
    )


def parse_generator_config(body: bytes) -> GeneratorConfig:
    """Return the configuration; `{}` means that there is no generator.

    Raises:
        GatewayResponseError: the body is another document.
    """
    document = load_settings_or_empty(
        body, GENERATOR_CONFIG_PATH, "gen_type", "model", "name_plate_rating_wat", "charge_from_generator"
    )
    kilowatts = number_within(document.get("name_plate_rating_wat"), 0, _MOST_KW)
    return GeneratorConfig(
        configured=bool(document),
        manufacturer=word(document.get("manufacturer")),
        model=word(document.get("model")),
        rated_power_w=None if kilowatts is None else kilowatts * 1000,
    )


def parse_generator_mode(body: bytes) -> GeneratorMode:
    """Return the last command, none without a generator.

    Raises:
        GatewayResponseError: the body is another document.
    """
    document = load_settings_or_empty(body, GENERATOR_MODE_PATH, "gen_cmd")
    return GeneratorMode(command=word(document.get("gen_cmd")))


def parse_generator_schedule(body: bytes) -> GeneratorSchedule:
    """Return when the generator starts by itself; `{}` without a generator, and no exercise where none is configured.

    Raises:
        GatewayResponseError: the body is another document.
    """
    document = load_settings_or_empty(body, GENERATOR_SCHEDULE_PATH, "default_soc", "exercise_config", "schedule")
    levels, exercise = object_in(document.get("default_soc")), object_in(document.get("exercise_config"))
    return GeneratorSchedule(
        start_percent=percent(levels.get("start_soc")),
        stop_percent=percent(levels.get("stop_soc")),
        exercise_day=word(exercise.get("day")),
        exercise_start_min=within(whole(exercise.get("start")), 0, _LAST_MINUTE),
        exercise_duration_min=within(whole(exercise.get("duration")), 0, _LAST_MINUTE),
        exercise_every_weeks=within(whole(exercise.get("freq_in_weeks")), 1, 52),
    )
