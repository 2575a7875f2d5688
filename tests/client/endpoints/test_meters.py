"""`/ivp/meters` and `/ivp/meters/readings` (G§8, G§9)."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import METERS, READINGS, Endpoint
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.models import Flow, Measurement, Meter, MeterStatus, Reading
from tests.support.answers import NOW, Document, Object, body, channel, meter, reading


def one_meter(**changes: Document) -> Meter:
    """Read a list of one meter."""
    (found,) = METERS.parse(body([meter(**changes)]))
    return found


def one_reading(**changes: Document) -> Reading:
    """Read a list of one reading."""
    (found,) = READINGS.parse(body([reading(**changes)]))
    return found


def test_a_meter_is_read() -> None:
    found = one_meter(statusFlags=["production-imbalance"], meteringStatus="check-wiring")

    assert found == Meter(
        eid=1001,
        flow=Flow.PRODUCTION,
        enabled=True,
        phase_count=3,
        status=MeterStatus.CHECK_WIRING,
        flags=frozenset({"production-imbalance"}),
    )


@pytest.mark.parametrize(
    ("measurement_type", "flow"),
    [
        ("production", Flow.PRODUCTION),
        ("net-consumption", Flow.NET_CONSUMPTION),
        ("total-consumption", Flow.TOTAL_CONSUMPTION),
        ("storage", Flow.STORAGE),
        ("backfeed", Flow.BACKFEED),
        ("load", Flow.LOAD),
        ("evse", Flow.EVSE),
        ("pv3p", Flow.PV3P),
    ],
)
def test_every_kind_of_meter_is_known(measurement_type: str, flow: Flow) -> None:
    assert one_meter(measurementType=measurement_type).flow is flow


@pytest.mark.parametrize("measurement_type", ["hydro", "", None, 7, ["production"]])
def test_a_meter_of_an_unknown_kind_is_left_out(measurement_type: Document) -> None:
    found = METERS.parse(body([meter(measurementType=measurement_type), meter(eid=1002)]))

    assert [each.eid for each in found] == [1002]


@pytest.mark.parametrize("broken", [{}, "meter", None, {"eid": "1001"}, {"eid": True}, {"eid": 1e300}])
def test_an_element_that_is_no_meter_leaves_the_others(broken: Document) -> None:
    assert [each.eid for each in METERS.parse(body([broken, meter()]))] == [1001]


@pytest.mark.parametrize("state", ["disabled", "", None, True])
def test_only_the_word_enabled_is_enabled(state: Document) -> None:
    """A meter without a state is not used."""
    assert not one_meter(state=state).enabled


@pytest.mark.parametrize("count", [0, 4, -1, None, "2", True])
@pytest.mark.parametrize(
    ("mode", "phases"), [("split", 2), ("three", 3), ("single", 1), ("other", 1), (None, 1), ([], 1)]
)
def test_an_impossible_phase_count_follows_from_the_mode(count: Document, mode: Document, phases: int) -> None:
    """The wiring of the hardware is the next best."""
    assert one_meter(phaseCount=count, phaseMode=mode).phase_count == phases


def test_the_phase_count_decides_over_the_mode() -> None:
    """Hardware for three phases may use one."""
    assert one_meter(phaseCount=1, phaseMode="three").phase_count == 1


def test_flags_and_status_may_be_missing() -> None:
    """Old firmware does not send them."""
    (found,) = METERS.parse(body([{"eid": 1001, "state": "enabled", "measurementType": "load"}]))

    assert (found.status, found.flags) == (None, frozenset())


def test_an_unknown_status_and_odd_flags_are_missing() -> None:
    found = one_meter(meteringStatus="asleep", statusFlags=["power-on-unused-phase", 3, None])

    assert (found.status, found.flags) == (None, frozenset({"power-on-unused-phase"}))


def test_a_reading_is_read() -> None:
    total = Measurement(
        power_w=500.0,
        voltage_v=231.5,
        current_a=2.25,
        apparent_power_va=520.25,
        reactive_power_var=-100.0,
        power_factor=0.96,
        frequency_hz=50.0,
        energy_delivered_wh=2500.5,
        energy_received_wh=12.0,
        energy_lifetime_wh=2500.5,
    )

    assert one_reading() == Reading(eid=1001, timestamp=NOW, total=total, channels=(total, total, total))


@pytest.mark.parametrize("timestamp", [0, 0.0, None, "now", -1, 2**33])
def test_a_meter_that_has_never_measured_has_no_time(timestamp: Document) -> None:
    """Such a meter sends 0."""
    assert one_reading(timestamp=timestamp).timestamp is None


def test_a_time_may_be_a_float() -> None:
    """Some firmware sends it."""
    assert one_reading(timestamp=1750000000.0).timestamp == 1_750_000_000


@pytest.mark.parametrize("missing", [None, True, "5", [], {}])
def test_a_value_that_is_no_number_is_missing(missing: Document) -> None:
    """A boolean or a text is no number."""
    found = one_reading(activePower=missing, actEnergyDlvd=missing, pwrFactor=missing).total

    assert (found.power_w, found.energy_delivered_wh, found.power_factor) == (None, None, None)


def test_integers_and_floats_give_the_same_value() -> None:
    """A state must not change because the gateway drops the point."""
    assert repr(one_reading(activePower=0).total.power_w) == repr(one_reading(activePower=0.0).total.power_w) == "0.0"


def test_minus_zero_is_zero() -> None:
    assert repr(one_reading(activePower=-0.0).total.power_w) == "0.0"


@pytest.mark.parametrize(("sent", "read"), [(1, 1.0), (-1.0, -1.0), (1.001, None), (1.94, None), (-1.5, None)])
def test_a_power_factor_beyond_one_is_a_sum_and_no_factor(sent: float, read: float | None) -> None:
    """It is not clamped either."""
    assert one_reading(pwrFactor=sent).total.power_factor == read


def test_an_unused_meter_has_no_frequency() -> None:
    """It sends 0 Hz."""
    assert one_reading(freq=0.0).total.frequency_hz is None


def test_an_odd_channel_keeps_the_place_of_the_others() -> None:
    found = one_reading(channels=[None, channel(activePower=7)])

    assert [each.power_w for each in found.channels] == [None, 7.0]


def test_there_are_no_more_channels_than_phases() -> None:
    assert len(one_reading(channels=[channel()] * 1000).channels) == 3


@pytest.mark.parametrize("channels", [None, {}, "three"])
def test_missing_channels_are_none_at_all(channels: Document) -> None:
    found = one_reading(channels=channels)

    assert (found.channels, found.total.power_w) == ((), 500.0)


@pytest.mark.parametrize("broken", [{}, 5, {"eid": None}, {"eid": 1e300}])
def test_an_element_that_is_no_reading_leaves_the_others(broken: Document) -> None:
    assert [each.eid for each in READINGS.parse(body([reading(), broken]))] == [1001]


@pytest.mark.parametrize("endpoint", [METERS, READINGS], ids=["meters", "readings"])
class TestBoth:
    """Both lists: meters and readings."""

    def test_without_metering_hardware_there_is_nothing(self, endpoint: Endpoint[tuple[object, ...]]) -> None:
        assert endpoint.parse(b"[]\n") == ()

    @pytest.mark.parametrize(
        ("answer", "problem"),
        [
            (b'{"error": "busy"}', "an object, expected an array"),
            (b"null", "null, expected an array"),
            (b'"text"', "a string, expected an array"),
            (b"3", "a number, expected an array"),
            (b"3.5", "a number, expected an array"),
            (b"true", "a boolean, expected an array"),
            (b"[{}, 3]", "no element with eid, expected"),
            (b"<html>", "HTML, expected JSON"),
            (b" \n", "empty, expected JSON"),
            (b'[{"eid": 1', "not JSON, expected JSON"),
            (b'[{"eid": NaN}]', "not JSON, expected JSON"),
            (b'[{"eid": Infinity}]', "not JSON, expected JSON"),
            (b'[{"eid": ' + b"1" * 400 + b"}]", "not JSON, expected JSON"),
            (b'[{"eid": "\\ud800"}]', "not JSON, expected JSON"),
            (b"[" * 100_000, "not JSON, expected JSON"),
            (b"\xff\xfe", "not JSON, expected JSON"),
        ],
    )
    def test_the_error_of_another_document_has_what_was_expected(
        self, endpoint: Endpoint[tuple[object, ...]], answer: bytes, problem: str
    ) -> None:
        with pytest.raises(GatewayResponseError, match=f"^{endpoint.path}: {problem}"):
            endpoint.parse(answer)


def power_of_channels(total_w: float, *channels: Object) -> list[float | None]:
    """Return the power of each channel of a reading."""
    (found,) = READINGS.parse(body([reading(activePower=total_w, channels=[*channels])]))
    return [one.power_w for one in found.channels]


def test_the_power_of_the_channels_adds_up_to_the_total() -> None:
    """Firmware with eight readings sends an activePower of another moment (G§9)."""
    channels = [
        channel(activePower=598.254, instantaneousDemand=550.543),
        channel(activePower=586.638, instantaneousDemand=584.457),
        channel(activePower=0.0, instantaneousDemand=0.0),
    ]

    assert power_of_channels(1135.0, *channels) == [550.543, 584.457, 0.0]


@pytest.mark.parametrize("demand", [0.0, None, 600.0])
def test_a_demand_of_the_channels_that_does_not_add_up_is_ignored(demand: float | None) -> None:
    channels = [channel(activePower=100.0, instantaneousDemand=demand) for _ in range(3)]

    assert power_of_channels(300.0, *channels) == [100.0, 100.0, 100.0]
