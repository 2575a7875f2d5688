"""The tables name every entity that core's integration can make, and only entities that this integration can have."""

from custom_components.enphase_iq_gateway.history.takeover.core_entities import (
    DEVICE,
    GATEWAY,
    ON_THE_GATEWAY,
    RELAY,
)
from custom_components.enphase_iq_gateway.history.takeover.forks import (
    BRIAN_GATEWAY,
    HOFFMANN_GATEWAY,
    VINCENT_GATEWAY,
    VINCENT_INVERTER,
)
from custom_components.enphase_iq_gateway.sensor.flows import FLOW_SENSORS
from custom_components.enphase_iq_gateway.sensor.gateway import GATEWAY_SENSORS
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS
from tests.support.takeover_page import core_entities

KNOWN = GATEWAY | DEVICE | ON_THE_GATEWAY | RELAY


def test_every_entity_of_core_is_in_a_table() -> None:
    found = core_entities().keys()

    assert len(found) > 350
    assert found - KNOWN.keys() == set()


def test_every_counterpart_exists() -> None:
    flows = {
        row.of(flow, phase).key for row in FLOW_SENSORS for flow in row.flows for phase in range(4 if row.phases else 1)
    }
    own = flows | {row.key for row in (*GATEWAY_SENSORS, *INVERTER_SENSORS)} | {"communicating"}
    tables = (GATEWAY, DEVICE, VINCENT_GATEWAY, VINCENT_INVERTER, BRIAN_GATEWAY, HOFFMANN_GATEWAY)
    targets = {ours for table in tables for (platform, _), ours in table.items() if ours and platform == "sensor"}
    storage = {
        *("battery_state_of_charge", "battery_available_energy", "battery_capacity", "battery_reserve"),
        *("battery_reserve_energy", "state_of_charge", "sleep_state"),
    }

    assert targets - own == storage
