"""`/ivp/ss/pel_settings` and `/ivp/sc/pvlimit`: limits of export and of production (S§9)."""

from typing import Final

from ..exceptions import GatewayResponseError
from ..json_types import JsonObject
from ..settings_models import ExportLimit, ProductionLimit
from .values import flag, load_settings, number, percent, within, word

EXPORT_LIMIT_PATH: Final = "/ivp/ss/pel_settings"
PRODUCTION_LIMIT_PATH: Final = "/ivp/sc/pvlimit"

_MOST_W: Final = 1_000_000


def parse_export_limit(body: bytes) -> ExportLimit:
    """Return the export limit; the short form has only whether there is one.

    Raises:
        GatewayResponseError: the body is not an object that has this.
    """
    document = load_settings(body, EXPORT_LIMIT_PATH, "PEL")
    limit, relative = document.get("PEL_Limit"), flag(document.get("percent"))
    absolute = within(number(limit), 0, _MOST_W) if relative is False else None
    apparent = flag(document.get("apparent")) is True
    return ExportLimit(
        enabled=_enabled(document, "PEL", EXPORT_LIMIT_PATH),
        limit_w=None if apparent else absolute,
        limit_va=absolute if apparent else None,
        limit_percent=percent(limit) if relative else None,
        hard=flag(document.get("Hard_PEL")),
        soft=flag(document.get("Soft_PEL")),
        limit_type=word(document.get("Export_Limit_Type")),
    )


def parse_production_limit(body: bytes) -> ProductionLimit:
    """Return the limit of the production.

    Raises:
        GatewayResponseError: the body is not an object that has it.
    """
    document = load_settings(body, PRODUCTION_LIMIT_PATH, "enable")
    return ProductionLimit(
        enabled=_enabled(document, "enable", PRODUCTION_LIMIT_PATH),
        limit_percent=percent(document.get("pv_limit_pct")),
    )


def _enabled(document: JsonObject, key: str, endpoint: str) -> bool:
    enabled = flag(document[key])
    if enabled is None:
        raise GatewayResponseError(endpoint, f"no boolean in {key}")
    return enabled
