"""`/admin/lib/tariff`: the stored settings of storage (S§11)."""

from typing import Final

from ..exceptions import GatewayResponseError
from ..settings_models import Tariff
from .quantities import percent
from .values import flag, load_settings, object_in, word

TARIFF_PATH: Final = "/admin/lib/tariff"


def parse_tariff(body: bytes) -> Tariff:
    """Return the settings of storage, all None where firmware before 7 has none; `schedule` is not used (S§11.3).

    Raises:
        GatewayResponseError: the body is not an object with a tariff.
    """
    tariff = load_settings(body, TARIFF_PATH, "tariff")["tariff"]
    if not isinstance(tariff, dict):
        raise GatewayResponseError(TARIFF_PATH, "no object in tariff")
    settings = object_in(tariff.get("storage_settings"))
    return Tariff(
        mode=word(settings.get("mode")),
        shutdown_level_percent=percent(settings.get("very_low_soc")),
        charge_from_grid=flag(settings.get("charge_from_grid")),
        optimized=flag(settings.get("opt_schedules")) is True,
        raw=tariff,
    )
