"""Simulated documents have the shape of recorded ones: the same keys with the same types of value."""

import orjson
import pytest

from tests.support.captures import CAPTURES, needs

from .conftest import Start
from .documents import places

REPORT = "production.json_details_1"
PATHS = {
    "api_v1_production": "/api/v1/production",
    "api_v1_production_inverters": "/api/v1/production/inverters",
    "production.json": "/production.json",
    REPORT: "/production.json?details=1",
    "ivp_meters": "/ivp/meters",
    "ivp_meters_readings": "/ivp/meters/readings",
    "ivp_pdm_device_data": "/ivp/pdm/device_data",
}
COUNTERPARTS = {
    "5.0.62": "non_metered",
    "7.6.175_standard": "non_metered_token",
    "7.6.175_total": "metered_without_cts_old",
    "4.10.35": "metered_digest",
    "8.2.4286_with_3cts_and_battery_split": "metered_storage_split_phase",
    "8.2.4345_with_device_data": "metered_net_single_phase",
    "8.2.4382_ACB": "acb",
    "8.3.5169_with_generator": "metered_net_split_phase",
    "8.3.5289_modGone": "metered_production_only",
    "8.3.5433_tot_is_net_cons": "metered_total_split_phase",
}


def pairs() -> list[tuple[str, str]]:
    """Return the recorded answers that have a simulated counterpart."""
    return [(folder, file) for folder in COUNTERPARTS for file in PATHS if (CAPTURES / folder / file).is_file()]


@needs(CAPTURES)
@pytest.mark.parametrize(("folder", "file"), pairs())
async def test_a_simulated_document_has_the_shape_of_the_recorded_one(start: Start, folder: str, file: str) -> None:
    recorded = places(orjson.loads((CAPTURES / folder / file).read_bytes()))
    detailed = any(place.endswith("/lines") for place, _ in recorded)  # some were recorded with details=1 (G§14)
    path = PATHS[REPORT] if file == "production.json" and detailed else PATHS[file]
    _, client = await start(COUNTERPARTS[folder])
    assert places(await client.json(path)) == recorded
