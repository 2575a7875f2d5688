"""Power, aggregate values, status and relay of `/ivp/ensemble`."""

from collections.abc import Callable

import pytest

from custom_components.enphase_iq_gateway.client.endpoints.ensemble_power import parse_ensemble_power
from custom_components.enphase_iq_gateway.client.endpoints.ensemble_relay import parse_grid_relay
from custom_components.enphase_iq_gateway.client.endpoints.ensemble_secctrl import parse_secondary_control
from custom_components.enphase_iq_gateway.client.endpoints.ensemble_status import parse_ensemble_status
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.settings_models import GridRelay
from custom_components.enphase_iq_gateway.client.storage_models import (
    BatteryPower,
    SecondaryControl,
)
from tests.support import storage_answers as storage
from tests.support.answers import Document, body


def test_power_is_negative_while_charging() -> None:
    assert parse_ensemble_power(body(storage.ensemble_power()))[storage.BATTERY] == BatteryPower(
        serial=storage.BATTERY, power_w=-1324.0, state_of_charge_percent=49.0
    )


def test_the_key_of_the_devices_may_lack_its_colon() -> None:
    document = {"devices": storage.ensemble_power()["devices:"]}

    assert list(parse_ensemble_power(body(document))) == [storage.BATTERY, storage.OTHER_BATTERY]


def test_no_batteries_have_no_power() -> None:
    assert parse_ensemble_power(b'{"devices:": []}') == {}


@pytest.mark.parametrize("row", [None, 1, {}, {"serial_num": None}])
def test_an_odd_row_leaves_the_others(row: Document) -> None:
    document: Document = {"devices:": [row, {"serial_num": "9999", "real_power_mw": 0, "soc": 5}]}

    assert parse_ensemble_power(body(document)) == {
        "9999": BatteryPower(serial="9999", power_w=0.0, state_of_charge_percent=5.0)
    }


def test_a_power_that_no_battery_has_is_missing() -> None:
    document: Document = {"devices:": [{"serial_num": "9999", "real_power_mw": 20_000_001, "soc": 300}]}

    assert parse_ensemble_power(body(document)) == {"9999": BatteryPower(serial="9999")}


def test_the_aggregate_values_have_their_units() -> None:
    assert parse_secondary_control(body(storage.secondary_control())) == SecondaryControl(
        state_of_charge_percent=47.0,
        capacity_wh=10000.0,
        battery_state_of_charge_percent=47.0,
        battery_state_of_health_percent=99.0,
        battery_available_energy_wh=4700.0,
        battery_capacity_wh=10000.0,
        ac_battery_state_of_charge_percent=0.0,
        ac_battery_available_energy_wh=0.0,
        reserve_set_percent=20.0,
        reserve_in_force_percent=30.0,
        shutdown_level_percent=10.0,
    )


def test_old_firmware_lacks_most_aggregate_values() -> None:
    """S§4: a document of 2021."""
    control = parse_secondary_control(b'{"agg_soc": 0, "configured_backup_soc": 0, "agg_avail_energy": 0}')

    assert control == SecondaryControl(state_of_charge_percent=0.0, reserve_set_percent=0.0)


def test_a_health_of_zero_is_none() -> None:
    """S§4: sent without a battery."""
    assert (
        parse_secondary_control(body(storage.secondary_control(ENC_agg_soh=0))).battery_state_of_health_percent is None
    )


def test_the_status_has_the_rated_powers_of_batteries_only() -> None:
    assert parse_ensemble_status(body(storage.ensemble_status())) == {storage.BATTERY: 3840.0}


def test_an_odd_device_of_the_status_leaves_the_others() -> None:
    document: Document = {
        "inventory": {
            "serial_nums": {
                "9998": None,
                " ": {"encharge_rated_power": 1280},
                "9997": {"encharge_rated_power": "unknown"},
                "9999": {"encharge_rated_power": 1280},
            }
        }
    }

    assert parse_ensemble_status(body(document)) == {"9999": 1280.0}


def test_the_relay_has_its_words() -> None:
    assert parse_grid_relay(body(storage.grid_relay(mains_oper_state="open synchronized"))) == GridRelay(
        commanded_position="closed",
        relay_position="open synchronized",
        battery_grid_mode="multimode-ongrid",
        solar_grid_mode="grid-tied",
    )


@pytest.mark.parametrize(
    "parse", [parse_ensemble_power, parse_secondary_control, parse_ensemble_status, parse_grid_relay]
)
@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"{}", b'{"err": "404 - Not Found"}'])
def test_another_document_is_an_error(parse: Callable[[bytes], object], document: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse(document)


@pytest.mark.parametrize(
    ("parse", "document"),
    [
        (parse_ensemble_power, b'{"devices:": 5}'),
        (parse_ensemble_status, b'{"inventory": {"serial_nums": []}}'),
    ],
)
def test_devices_of_another_type_are_an_error(parse: Callable[[bytes], object], document: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse(document)
