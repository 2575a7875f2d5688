"""Recorded answers of 22 real gateways, through sign-in and set-up into Home Assistant: what is shown, and how right.

Every value is compared with what pyenphase makes of the same answers. Nothing of the recordings is kept here.
"""

from fnmatch import fnmatchcase
import os
from pathlib import Path
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.enphase_iq_gateway.client.endpoints.info import parse_info
from custom_components.enphase_iq_gateway.coordinator import GatewayRuntime
from tests.conftest import StartSimulator, set_up, sign_in, start_flow
from tests.support.recorded import DIFFERENCES, GATEWAYS
from tests.support.second_opinion import Values, second_opinion

CAPTURES = Path(
    os.environ.get("IQ_GATEWAY_CAPTURES") or Path(__file__).parents[2].joinpath("..", "shared", "captures")
).resolve()
pytestmark = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="no recorded answers here: set IQ_GATEWAY_CAPTURES to their folder"
)
UNREADABLE = "3.7.0"


def shown(hass: HomeAssistant, entry: ConfigEntry[GatewayRuntime]) -> Values:
    """Collect what Home Assistant shows, in native units and named as in the second opinion."""
    values: Values = {}
    gateway = entry.runtime_data.site.info.serial
    for registered in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        device, _, key = registered.unique_id.partition("_")
        state = hass.states.get(registered.entity_id)
        assert state is not None
        value: float | str = state.state
        if registered.original_device_class == "timestamp":
            value = dt_util.as_timestamp(state.state)
        elif registered.domain == "sensor" and registered.original_device_class != "enum":
            kilo = registered.unit_of_measurement == UnitOfEnergy.KILO_WATT_HOUR
            value = float(state.state) * (1000 if kilo else 1)
        values[key if device == gateway else f"inverter {device} {key}"] = value
    return values


def same(key: str, ours: float | str | None, theirs: float | str | None) -> bool:
    """Tell whether two values are one; pyenphase rounds to whole W and Wh, also each of three that are added."""
    if isinstance(ours, str) or isinstance(theirs, str) or ours is None or theirs is None:
        return ours == theirs
    rounded = "energy" in key or key.endswith(("power", "power_l1", "power_l2", "power_l3"))
    return ours == pytest.approx(theirs, abs=1.6 if rounded else 1e-6)


def test_every_recording_is_expected() -> None:
    """A recording that comes later needs its row."""
    assert {folder.name for folder in CAPTURES.iterdir() if folder.is_dir()} == {UNREADABLE, *GATEWAYS}


async def test_a_gateway_without_readable_endpoints_is_refused(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """The form says what is wrong, and nothing is set up."""
    simulator = await start_simulator(replay=CAPTURES / UNREADABLE)

    result = await sign_in(hass, await start_flow(hass, simulator), simulator)

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "unsupported"}


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("name", GATEWAYS)
async def test_a_real_gateway_shows_all_that_it_has(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str
) -> None:
    """Class and entities are those of the table, values those of pyenphase but for what is listed with a reason."""
    recorded_at = parse_info((CAPTURES / name / "info").read_bytes()).time
    assert recorded_at is not None
    freezer.move_to(dt_util.utc_from_timestamp(recorded_at))
    simulator = await start_simulator(replay=CAPTURES / name, clock=time.time)

    entry = await set_up(hass, simulator)

    expected = GATEWAYS[name]
    ours, theirs = shown(hass, entry), await second_opinion(simulator)
    assert entry.runtime_data.site.gateway_class is expected.kind
    assert {key for key in ours if not key.startswith("inverter ")} == expected.keys()
    inverters = [key.split() for key in ours if key.startswith("inverter ")]
    assert len({serial for _, serial, _ in inverters}) == expected.inverters
    assert {key for _, _, key in inverters} == (expected.detail if expected.inverters else set())
    different = {key for key in ours.keys() | theirs.keys() if not same(key, ours.get(key), theirs.get(key))}
    reasons = DIFFERENCES.get(name, {})
    assert {key for key in different if not any(fnmatchcase(key, quantity) for quantity in reasons)} == set()
    assert {quantity for quantity in reasons if not any(fnmatchcase(key, quantity) for key in different)} == set()
