"""The actions: repair the statistics of an energy sensor, and undo it."""

from datetime import UTC, datetime
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType
import probatio

from .const import DOMAIN
from .control.actions import async_setup_control_actions
from .history.repair import Outcome, async_get_repairs
from .history.spikes import Change, Step

REPAIR_STATISTICS: Final = "repair_statistics"
UNDO_REPAIR_STATISTICS: Final = "undo_repair_statistics"
SCHEMA: Final = probatio.Schema(
    {
        probatio.Required("entity"): cv.entity_id,
        probatio.Required("from"): cv.datetime,
        probatio.Required("to"): cv.datetime,
        probatio.Optional("hours", default=list): probatio.All(cv.ensure_list, [cv.datetime]),
        probatio.Optional("dry_run", default=True): cv.boolean,
    }
)
UNDO_SCHEMA: Final = probatio.Schema({probatio.Required("entity"): cv.entity_id})


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    optional = SupportsResponse.OPTIONAL
    async_register_admin_service(hass, DOMAIN, REPAIR_STATISTICS, _async_repair, SCHEMA, optional)
    async_register_admin_service(hass, DOMAIN, UNDO_REPAIR_STATISTICS, _async_undo, UNDO_SCHEMA, optional)
    async_setup_control_actions(hass)


async def _async_repair(call: ServiceCall) -> ServiceResponse:
    """Repair the statistics of a sensor, or return what would be changed."""
    data = call.data
    outcome = await async_get_repairs(call.hass).async_repair(
        data["entity"], data["from"], data["to"], hours=data["hours"], dry_run=data["dry_run"]
    )
    most = outcome.most_per_hour
    return {
        "dry_run": data["dry_run"],
        "unit": outcome.unit,
        "most_per_hour": None if most is None else _rounded(most),
        "too_much": _rounded(-sum(change.adjustment for change in outcome.changes)),
        "changes": _table(outcome),
        "unclear": [_unclear_hour(step) for step in outcome.unclear],
    }


async def _async_undo(call: ServiceCall) -> ServiceResponse:
    """Put back what the latest repair of a sensor removed."""
    outcome = await async_get_repairs(call.hass).async_undo(call.data["entity"])
    return {"unit": outcome.unit, "changes": _table(outcome)}


def _table(outcome: Outcome) -> list[JsonValueType]:
    """Return the changed hours for a response."""
    return [_changed_hour(change) for change in outcome.changes]


def _changed_hour(change: Change) -> JsonObjectType:
    return {**_hour(change.step), "instead": _rounded(change.instead)}


def _unclear_hour(step: Step) -> JsonObjectType:
    return {**_hour(step), "sensor": None if step.shown is None else _rounded(step.shown)}


def _hour(step: Step) -> JsonObjectType:
    """Return the start of an hour in local time, and its energy."""
    start = dt_util.as_local(datetime.fromtimestamp(step.row.start, UTC)).isoformat()
    return {"hour": start, "counted": _rounded(step.counted)}


def _rounded(energy: float) -> float:
    """Return energy without the noise of floating point numbers, in units as small as Wh and as large as GWh."""
    return float(f"{energy:.9g}")
