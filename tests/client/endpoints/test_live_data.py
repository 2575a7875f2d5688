"""`/ivp/livedata/status`."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints.live_data import parse_live_data
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.storage_models import LiveData, LivePower
from tests.support import storage_answers as storage
from tests.support.answers import NOW, Document, body


def live(**meters: Document) -> LiveData:
    """Parse live data with other values of the meters."""
    return parse_live_data(body(storage.live_data(meters=meters)))


def test_live_data_have_their_units() -> None:
    assert live() == LiveData(
        stream_enabled=True,
        last_update=NOW,
        production=LivePower(total_w=2000.0, phases_w=(1000.0, 1000.0)),
        storage=LivePower(total_w=1500.5, phases_w=(750.5, 750.0)),
        grid=LivePower(total_w=-500.0, phases_w=(-250.0, -250.0)),
        load=LivePower(total_w=3000.5, phases_w=(1500.5, 1500.0)),
        generator=LivePower(total_w=0.0, phases_w=(0.0, 0.0)),
        phase_count=2,
        state_of_charge_percent=48.0,
        battery_state_of_charge_percent=48.0,
        battery_available_energy_wh=4800.0,
        ac_battery_state_of_charge_percent=0.0,
        ac_battery_available_energy_wh=0.0,
        reserve_percent=30.0,
        profile_number=1,
        main_relay_state=1,
    )


@pytest.mark.parametrize(("word", "expected"), [("enabled", True), ("disabled", False), ("new", None), (1, None)])
def test_the_stream_may_be_off(word: Document, *, expected: bool | None) -> None:
    assert parse_live_data(body(storage.live_data(connection={"sc_stream": word}))).stream_enabled is expected


def test_the_gateway_states_that_values_are_the_last_available_ones() -> None:
    document = storage.live_data(info="Last available status data shown. Live stream not enabled")

    assert parse_live_data(body(document)).is_last_known


@pytest.mark.parametrize(
    ("count", "split", "phases"),
    [(3, 0, 3), (2, 1, 2), (1, 0, 1), (0, 1, 2), (0, 0, 1), (None, None, 1), (7, 0, 1)],
)
def test_live_data_have_the_phases_in_use(count: Document, split: Document, phases: int) -> None:
    """S§14.1: 0 in the sample of a split-phase site."""
    found = live(phase_count=count, is_split_phase=split)

    assert found.phase_count == phases
    assert len(found.grid.phases_w) == (phases if phases > 1 else 0)


def test_old_firmware_sends_no_phases() -> None:
    assert live(phase_count=3, grid={"agg_p_mw": 340582}).grid == LivePower(total_w=340.582)


@pytest.mark.parametrize("power", [None, "0", 10**12, -(10**12), True])
def test_a_power_that_no_site_has_is_missing(power: Document) -> None:
    assert live(storage={"agg_p_mw": power}).storage == LivePower()


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"{}", b'{"meters": []}', b'{"error": "401"}'])
def test_another_document_is_an_error(document: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse_live_data(document)
