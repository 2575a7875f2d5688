"""Recorded answers of real gateways, from set-up to the states: the entities, and their values beside pyenphase's."""

from fnmatch import fnmatchcase

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import Quantity
from tests.conftest import StartSimulator, set_up, sign_in, start_flow
from tests.support.captures import CAPTURES, folders, needs
from tests.support.pyenphase_values import pyenphase_values
from tests.support.recorded import DIFFERENCES, GATEWAYS
from tests.support.replaying import start_capture
from tests.support.right_values import RIGHT, Right
from tests.support.shown import Values, shown_values, without_storage

pytestmark = needs(CAPTURES)
UNREADABLE = "3.7.0"


def same(key: str, ours: float | str | None, theirs: float | str | None) -> bool:
    """Return whether two values agree but for rounding.

    pyenphase rounds each of up to three summands to whole W or Wh; a voltage is the rounded mean of rounded phases.
    """
    if isinstance(ours, str) or isinstance(theirs, str) or ours is None or theirs is None:
        return ours == theirs
    if "energy" in key or key.endswith(("power", "power_l1", "power_l2", "power_l3")):
        return ours == pytest.approx(theirs, abs=1.6)
    return ours == pytest.approx(theirs, abs=1.1e-3 if "voltage" in key else 1e-6)


def wrong_values(right: Right, ours: Values) -> Values:
    """Return what is shown instead of the right values, which are rounded as they are shown."""
    consumption = right.consumption
    values: dict[str, int | None] = {
        "production_power": right.production.power,
        "production_energy_lifetime": right.production.lifetime,
        "total_consumption_power": None if consumption is None else consumption.power,
        "total_consumption_energy_lifetime": None if consumption is None else consumption.lifetime,
        "net_consumption_power": right.grid_power,
    }
    return {
        key: ours.get(key)
        for key, value in values.items()
        if ours.get(key) != (None if value is None else pytest.approx(value))
    }


def right_sources(right: Right) -> dict[tuple[Flow, Quantity], str]:
    """Return the right source of each of these values."""
    sources: dict[tuple[Flow, Quantity], str] = {}
    for flow, shown in ((Flow.PRODUCTION, right.production), (Flow.TOTAL_CONSUMPTION, right.consumption)):
        if shown is not None:
            sources |= {(flow, Quantity.POWER): shown.source, (flow, Quantity.LIFETIME): shown.lifetime_source}
    return sources


def test_every_capture_has_a_row() -> None:
    assert {folder.name for folder in folders(CAPTURES)} == {UNREADABLE, *GATEWAYS}
    assert RIGHT.keys() == GATEWAYS.keys()


async def test_a_gateway_without_readable_endpoints_is_refused(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    simulator = await start_simulator(replay=CAPTURES / UNREADABLE)

    result = await sign_in(hass, await start_flow(hass, simulator), simulator)

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "unsupported"}


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("name", GATEWAYS)
async def test_a_real_gateway_has_the_expected_entities_and_values(
    hass: HomeAssistant, start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str
) -> None:
    simulator = await start_capture(start_simulator, freezer, name)

    entry = await set_up(hass, simulator)

    expected, right = GATEWAYS[name], RIGHT[name]
    # Those of storage are compared in test_core_storage.py.
    ours, theirs = without_storage(shown_values(hass, entry), entry), await pyenphase_values(simulator)
    assert wrong_values(right, ours) == {}
    sources = entry.runtime_data.site.sources
    assert right_sources(right) == {key: sources[key] for key in right_sources(right)}
    # pyenphase has no balanced counters; those of the integration begin at zero.
    theirs |= dict.fromkeys((key for key in ours if key.endswith("_balanced")), 0.0)
    assert entry.runtime_data.site.gateway_class is expected.kind
    assert None not in ours.values()
    assert {key for key in ours if not key.startswith("inverter ")} == expected.keys()
    inverters = [key.split() for key in ours if key.startswith("inverter ")]
    assert len({serial for _, serial, _ in inverters}) == expected.inverters
    assert {key for _, _, key in inverters} == (expected.detail if expected.inverters else set())
    different = {key for key in ours.keys() | theirs.keys() if not same(key, ours.get(key), theirs.get(key))}
    reasons = DIFFERENCES.get(name, {})
    assert {key for key in different if not any(fnmatchcase(key, quantity) for quantity in reasons)} == set()
    assert {quantity for quantity in reasons if not any(fnmatchcase(key, quantity) for key in different)} == set()
