"""`/ivp/pdm/device_data` (G§5)."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import DEVICE_DATA
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.models import Inverter, InverterDetails
from tests.support.answers import NOW, Document, body, device, device_channel, device_data, last_reading

SERIAL = "999900000101"


def read_one(**changes: Document) -> Inverter:
    """Read the data of one inverter whose channel is changed."""
    return DEVICE_DATA.parse(body(device_data(device(channels=[device_channel(**changes)])))).inverters[SERIAL]


def read_reading(**changes: Document) -> Inverter:
    """Read the data of one inverter whose last reading is changed."""
    return read_one(lastReading=last_reading(**changes))


def test_an_inverter_is_read() -> None:
    """J and milli-units become Wh and units; leading and lagging VArs are ignored."""
    assert read_one() == Inverter(
        serial=SERIAL,
        power_w=200.0,
        max_power_w=310.0,
        last_reported=NOW,
        energy_lifetime_wh=2_000_000.0,
        details=InverterDetails(
            energy_today_wh=800.0,
            energy_yesterday_wh=1200.0,
            energy_last_7_days_wh=7500.0,
            dc_voltage_v=35.25,
            dc_current_a=6.125,
            ac_voltage_v=230.5,
            ac_current_a=0.875,
            ac_frequency_hz=50.01,
            temperature_c=31.0,
            report_interval_s=900,
            signal_strength=90,
            conversion_error_time_s=3,
        ),
    )


@pytest.mark.parametrize("kind", ["eim", "acb", "nsrb", "", None, []])
def test_other_kinds_of_device_are_left_out(kind: Document) -> None:
    """Only a PCU is an inverter."""
    found = DEVICE_DATA.parse(body(device_data(device(devName=kind, sn="other"), device())))

    assert set(found.inverters) == {SERIAL}


def test_the_flag_of_a_device_that_is_gone_is_ignored() -> None:
    """The flag means nothing: at night every inverter is gone (G§5.2)."""
    assert DEVICE_DATA.parse(body(device_data(device(modGone=True)))).inverters[SERIAL].communicating


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("serial", ["[a](https://example.com)", "123", "", " ", 5, 482300000001, None])
def test_a_device_without_a_serial_is_left_out(serial: Document, *, active: bool) -> None:
    found = DEVICE_DATA.parse(body(device_data(device(sn=serial, active=active), device())))

    assert (set(found.inverters), found.retired) == ({SERIAL}, frozenset())


def test_an_inactive_device_is_retired() -> None:
    found = DEVICE_DATA.parse(body(device_data(device(), device(sn="retired", active=False, modGone=True))))

    assert (set(found.inverters), found.retired) == ({SERIAL}, frozenset({"retired"}))


def test_a_device_that_is_active_under_another_id_is_not_retired() -> None:
    """A device can be taken out and put in again."""
    found = DEVICE_DATA.parse(body(device_data(device(), device(active=False))))

    assert (set(found.inverters), found.retired) == ({SERIAL}, frozenset())


@pytest.mark.parametrize("active", [True, None, "no"])
def test_only_the_value_false_retires_a_device(active: Document) -> None:
    """Losing an entity because of an odd value would be worse."""
    assert SERIAL in DEVICE_DATA.parse(body(device_data(device(active=active)))).inverters


@pytest.mark.parametrize("reading", [{}, None, {"duration": 900, "rssi": 90}, {"endDate": 0, "duration": 900}])
def test_without_the_end_of_an_interval_only_the_lifetime_counts(reading: Document) -> None:
    """After a reboot at night the other values are unknown."""
    found = read_one(lastReading=reading, watts={"now": 0, "max": 0}, wattHours={"today": 0, "yesterday": 0, "week": 0})

    assert found == Inverter(serial=SERIAL, energy_lifetime_wh=2_000_000.0)


@pytest.mark.parametrize("lifetime", [{}, None, [], {"joulesProduced": None}])
def test_an_empty_lifetime_is_none(lifetime: Document) -> None:
    found = read_one(lifetime=lifetime)

    assert (found.energy_lifetime_wh, found.power_w) == (None, 200.0)


def test_the_lifetime_does_not_wrap() -> None:
    """The joules have 64 bits."""
    assert read_one(lifetime={"joulesProduced": 2**40}).energy_lifetime_wh == pytest.approx(2**40 / 3600)


@pytest.mark.parametrize("channels", [[], {}, "none", [None], [[]]])
def test_an_inverter_without_a_channel_stays_without_values(channels: Document) -> None:
    found = DEVICE_DATA.parse(body(device_data(device(channels=channels)))).inverters[SERIAL]

    assert found == Inverter(serial=SERIAL)


def test_missing_groups_are_missing_values() -> None:
    found = read_one(watts=None, wattHours=5)

    assert (found.power_w, found.details.energy_today_wh, found.details.ac_voltage_v) == (None, None, 230.5)


@pytest.mark.parametrize("missing", [None, True, "5", [], {}])
def test_a_value_that_is_no_number_is_missing(missing: Document) -> None:
    found = read_reading(dcVoltageINmV=missing, channelTemp=missing, duration=missing)

    assert (found.details.dc_voltage_v, found.details.temperature_c, found.details.report_interval_s) == (
        None,
        None,
        None,
    )
    assert found.power_w == 200.0


def test_minus_zero_is_zero() -> None:
    assert repr(read_reading(dcCurrentINmA=-0.0).details.dc_current_a) == "0.0"


@pytest.mark.parametrize("missing", [None, "5", True])
def test_a_power_that_is_no_number_is_missing(missing: Document) -> None:
    """A current of 0 A stays beside it."""
    found = read_one(watts={"now": missing, "max": 310}, lastReading=last_reading(acCurrentInmA=0))

    assert (found.power_w, found.max_power_w, found.details.ac_current_a) == (None, 310.0, 0.0)


def test_the_unsigned_image_of_a_negative_power_becomes_negative() -> None:
    """4294967292 is -4."""
    assert read_one(watts={"now": 4294967292}).power_w == -4.0


@pytest.mark.parametrize(("power", "current"), [(200, None), (0, 0.0), (-1, 0.0)])
def test_a_current_of_zero_while_producing_is_missing(power: int, current: float | None) -> None:
    """Older inverters always send 0."""
    found = read_one(watts={"now": power}, lastReading=last_reading(acCurrentInmA=0))

    assert found.details.ac_current_a == current


def test_a_signal_strength_of_zero_is_missing() -> None:
    """Older inverters always send 0."""
    assert read_reading(rssi=0).details.signal_strength is None


@pytest.mark.parametrize(("sent", "read"), [(13, 13), (0, None), (-5, None), (900.0, 900)])
def test_an_interval_of_zero_or_less_is_missing(sent: float, read: int | None) -> None:
    """A short interval is odd but possible, one of zero or less is not."""
    assert read_reading(duration=sent).details.report_interval_s == read


@pytest.mark.parametrize(
    ("count", "limit", "truncated"),
    [(49, 50, False), (50, 50, True), (51, 50, True), (None, 50, False), (50, None, False), ("50", 50, False)],
)
def test_the_list_is_cut_at_its_limit(count: Document, limit: Document, *, truncated: bool) -> None:
    """The limit counts all kinds of device."""
    found = DEVICE_DATA.parse(body(device_data(device(), deviceCount=count, deviceDataLimit=limit)))

    assert found.truncated is truncated


def test_no_devices_is_a_good_answer() -> None:
    """The list is empty before the inverters are commissioned."""
    assert DEVICE_DATA.parse(body(device_data())).inverters == {}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"[]", "an array, expected an object"),
        (b"<html>", "HTML, expected JSON"),
        (b'{"err": "404 - Not Found"}', "no object with devName, expected devices"),
        (b'{"deviceCount": 3, "deviceDataLimit": 50}', "no object with devName, expected devices"),
        (b'{"6001": {}}', "no object with devName, expected devices"),
    ],
)
def test_the_error_of_another_document_has_what_was_expected(answer: bytes, problem: str) -> None:
    with pytest.raises(GatewayResponseError, match=f"^/ivp/pdm/device_data: {problem}"):
        DEVICE_DATA.parse(answer)
