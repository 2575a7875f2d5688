"""`/api/v1/production/inverters` (G§4)."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import INVERTER_LIST
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.models import Inverter
from tests.support.answers import NOW, Document, body, listed_inverter

SERIAL = "999900000101"


def read_one(**changes: Document) -> Inverter:
    """Read a list of one inverter."""
    return INVERTER_LIST.parse(body([listed_inverter(**changes)])).inverters[SERIAL]


def test_an_inverter_is_read() -> None:
    assert read_one() == Inverter(serial=SERIAL, power_w=210.0, max_power_w=300.0, last_reported=NOW)


def test_inverters_are_kept_by_serial() -> None:
    found = INVERTER_LIST.parse(body([listed_inverter(serialNumber="bbbb"), listed_inverter(serialNumber="aaaa")]))

    assert {serial: each.serial for serial, each in found.inverters.items()} == {"aaaa": "aaaa", "bbbb": "bbbb"}


@pytest.mark.parametrize("serial", ["[a](https://example.com)", "123", "", " ", 5, 482300000001, None])
def test_an_inverter_without_a_serial_is_left_out(serial: Document) -> None:
    found = INVERTER_LIST.parse(body([listed_inverter(serialNumber=serial), listed_inverter()]))

    assert set(found.inverters) == {SERIAL}


def test_old_firmware_sends_no_kind_of_device() -> None:
    """All devices in its list are inverters."""
    entry = listed_inverter()
    del entry["devType"]

    assert SERIAL in INVERTER_LIST.parse(body([entry])).inverters


@pytest.mark.parametrize("kind", [11, 12, 0, 2])
def test_other_kinds_of_device_are_left_out(kind: int) -> None:
    """A battery is no inverter."""
    found = INVERTER_LIST.parse(body([listed_inverter(devType=kind), listed_inverter(serialNumber="other")]))

    assert set(found.inverters) == {"other"}


def test_a_device_that_has_never_reported_has_no_values() -> None:
    """Its zeros are not measured."""
    assert read_one(lastReportDate=0, lastReportWatts=0, maxReportWatts=0) == Inverter(serial=SERIAL)


@pytest.mark.parametrize("missing", [None, True, "210", []])
def test_a_value_that_is_no_number_is_missing(missing: Document) -> None:
    found = read_one(lastReportWatts=missing)

    assert (found.power_w, found.max_power_w, found.last_reported) == (None, 300.0, NOW)


def test_the_unsigned_image_of_a_negative_power_becomes_negative() -> None:
    assert read_one(lastReportWatts=4294967295).power_w == -1.0


@pytest.mark.parametrize("broken", [{}, None, 5])
def test_an_element_that_is_no_device_leaves_the_others(broken: Document) -> None:
    assert set(INVERTER_LIST.parse(body([broken, listed_inverter()])).inverters) == {SERIAL}


def test_no_inverters_is_a_good_answer() -> None:
    """The list is empty before the inverters are commissioned."""
    assert INVERTER_LIST.parse(b"[]").inverters == {}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b'{"status": 401, "info": "Authentication required"}', "an object, expected an array"),
        (b"<html>", "HTML, expected JSON"),
        (b"[{}]", "no element with serialNumber, expected"),
    ],
)
def test_the_error_of_another_document_has_what_was_expected(answer: bytes, problem: str) -> None:
    with pytest.raises(GatewayResponseError, match=f"^/api/v1/production/inverters: {problem}"):
        INVERTER_LIST.parse(answer)
