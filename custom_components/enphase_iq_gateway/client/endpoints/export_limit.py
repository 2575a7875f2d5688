"""`/ivp/ss/pel_settings` and `/ivp/sc/pvlimit`: limits of export and of production (S§9)."""

from typing import Final

from ..settings_models import ExportLimit, ProductionLimit
from .quantities import percent
from .values import flag, load_settings, number, within

EXPORT_LIMIT_PATH: Final = "/ivp/ss/pel_settings"
PRODUCTION_LIMIT_PATH: Final = "/ivp/sc/pvlimit"

_MOST_W: Final = 10_000_000


def parse_export_limit(body: bytes) -> ExportLimit:
    """Return the power export limit, in W or in percent as sent; without one it is only `{"PEL": false}`.

    Raises:
        GatewayResponseError: the body is not an object with a limit.
    """
    document = load_settings(body, EXPORT_LIMIT_PATH, "PEL", "PEL_Limit")
    in_percent = flag(document.get("percent"))
    limit = number(document.get("PEL_Limit"))
    return ExportLimit(
        enabled=flag(document.get("PEL")),
        limit_w=within(limit, 0, _MOST_W) if in_percent is False else None,
        limit_percent=within(limit, 0, 100) if in_percent else None,
    )


def parse_production_limit(body: bytes) -> ProductionLimit:
    """Return the limit of production.

    Raises:
        GatewayResponseError: the body is not an object with a limit.
    """
    document = load_settings(body, PRODUCTION_LIMIT_PATH, "enable", "pv_limit_pct")
    return ProductionLimit(enabled=flag(document.get("enable")), limit_percent=percent(document.get("pv_limit_pct")))
