"""The actions of the integration: repair statistics that hold false energy."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from homeassistant.components.recorder.statistics import get_metadata, statistics_during_period
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import probatio

from .const import DOMAIN
from .history.spikes import Change, Row, find_spikes, most_of, plausible_most

REPAIR_STATISTICS: Final = "repair_statistics"
SCHEMA: Final = probatio.Schema(
    {
        probatio.Required("entity"): cv.entity_id,
        probatio.Required("from"): cv.datetime,
        probatio.Required("to"): cv.datetime,
        probatio.Optional("dry_run", default=True): cv.boolean,
    }
)
# A month on both sides shows what is usual at a site.
_USUAL: Final = timedelta(days=30)
_HOUR: Final = timedelta(hours=1)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    async_register_admin_service(
        hass, DOMAIN, REPAIR_STATISTICS, _async_repair_statistics, SCHEMA, SupportsResponse.OPTIONAL
    )


async def _async_repair_statistics(call: ServiceCall) -> ServiceResponse:
    """Remove spikes from the statistics of an energy sensor, or only list them.

    Raises:
        ServiceValidationError: there are no statistics to repair.
    """
    hass, entity_id, dry_run = call.hass, call.data["entity"], call.data["dry_run"]
    begin, end = dt_util.as_utc(call.data["from"]), dt_util.as_utc(call.data["to"])
    if begin >= end:
        raise _refused("from_after_to", entity_id)
    unit = await _async_unit(hass, entity_id)
    rows = await _async_rows(hass, entity_id, begin - _USUAL, end + _USUAL, "hour")
    most = plausible_most(rows)
    if most is None:
        raise _refused("too_few_statistics", entity_id)
    begin = begin.replace(minute=0, second=0, microsecond=0)
    spikes = find_spikes(rows, begin.timestamp(), end.timestamp(), most)
    if not dry_run:
        for spike in spikes:
            # Adjust only from the spike on: the first five minutes of its hour would fall otherwise.
            hour = datetime.fromtimestamp(spike.start, UTC)
            within = await _async_rows(hass, entity_id, hour - timedelta(minutes=5), hour + _HOUR, "5minute")
            start = datetime.fromtimestamp(most_of(within) or spike.start, UTC)
            get_instance(hass).async_adjust_statistics(entity_id, start, spike.adjustment, unit)
    return {
        "dry_run": dry_run,
        "unit": unit,
        "most_per_hour": round(most, 3),
        "too_much": round(-sum(spike.adjustment for spike in spikes), 3),
        "changes": [_as_response(spike) for spike in spikes],
    }


async def _async_unit(hass: HomeAssistant, entity_id: str) -> str:
    """Return the unit in which the statistics of an energy sensor are stored.

    Raises:
        ServiceValidationError: there are no statistics, or they are not of energy.
    """
    if DATA_INSTANCE not in hass.data:
        raise _refused("no_statistics", entity_id)
    found = await get_instance(hass).async_add_executor_job(lambda: get_metadata(hass, statistic_ids={entity_id}))
    if entity_id not in found:
        raise _refused("no_statistics", entity_id)
    metadata = found[entity_id][1]
    unit = metadata["unit_of_measurement"]
    if metadata["unit_class"] != "energy" or not metadata["has_sum"] or unit is None:
        raise _refused("not_energy", entity_id)
    return unit


async def _async_rows(
    hass: HomeAssistant, entity_id: str, begin: datetime, end: datetime, period: Literal["5minute", "hour"]
) -> list[Row]:
    """Return the statistics of a time span."""
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, begin, end, {entity_id}, period, None, {"state", "sum"})
    )
    return [
        Row(start=row["start"], state=row.get("state"), sum=total)
        for row in found.get(entity_id, [])
        if (total := row.get("sum")) is not None
    ]


def _as_response(spike: Change) -> dict[str, str | float]:
    """Return one change in the form of the response."""
    start = dt_util.as_local(datetime.fromtimestamp(spike.start, UTC)).isoformat()
    return {"hour": start, "counted": round(spike.counted, 3), "instead": round(spike.instead, 3)}


def _refused(reason: str, entity_id: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=reason, translation_placeholders={"entity": entity_id}
    )
