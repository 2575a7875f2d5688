"""`/info`: the identity of the gateway (G§1)."""

from html import escape

from awesomeversion import AwesomeVersion
import pytest

from custom_components.enphase_iq_gateway.client.endpoints import INFO
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from tests.support import answers as documents


def test_every_element_of_the_identity_is_read() -> None:
    found = INFO.parse(
        documents.info(
            software="D8.3.5433",
            inside_device="<pn>800-00000-r01</pn><imeter>true</imeter>",
            inside_root="<web-tokens>true</web-tokens>",
        )
    )

    assert found.serial == "999900000001"
    assert found.firmware == AwesomeVersion("8.3.5433")
    assert found.part_number == "800-00000-r01"
    assert found.has_meter is True
    assert found.wants_token is True
    assert found.time == documents.NOW


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\n", b""), (b" \t\r\n", b"\r\n"), (b"\xef\xbb\xbf", b""), (b"", b"\0"), (b"\xef\xbb\xbf\r\n", b"\n\0\0\n")],
)
def test_padding_around_the_document_is_ignored(before: bytes, after: bytes) -> None:
    assert INFO.parse(before + documents.info() + after) == INFO.parse(documents.info())


@pytest.mark.parametrize("software", ["D8.2.4264", "8.2.4264", "  DEV-8.2.4264", "R8.2.4264 (abcdef)"])
def test_text_before_the_digits_of_the_firmware_is_cut_off(software: str) -> None:
    assert INFO.parse(documents.info(software=software)).firmware == AwesomeVersion("8.2.4264")


@pytest.mark.parametrize(
    ("older", "newer"),
    [("D8.2.127", "D8.2.4264"), ("D7.3.130", "D7.3.466"), ("D8.3.1598", "D8.3.5025"), ("R9", "D10.1")],
)
def test_firmware_compares_by_number(older: str, newer: str) -> None:
    assert INFO.parse(documents.info(software=older)).firmware < INFO.parse(documents.info(software=newer)).firmware


@pytest.mark.parametrize(("software", "wants_token"), [("D6.9.99", False), ("D7.0.88", True), ("R3.9.36", False)])
def test_firmware_7_and_later_requires_a_token(software: str, *, wants_token: bool) -> None:
    """web-tokens may be missing."""
    assert INFO.parse(documents.info(software=software)).wants_token is wants_token


def test_web_tokens_alone_shows_that_a_token_is_required() -> None:
    """web-tokens is the most direct sign."""
    assert INFO.parse(documents.info(software="D6.1", inside_root="<web-tokens>true</web-tokens>")).wants_token


@pytest.mark.parametrize(
    ("imeter", "has_meter"),
    [("<imeter>true</imeter>", True), ("<imeter>false</imeter>", False), ("<imeter/>", None), ("", None)],
)
def test_without_imeter_the_metering_hardware_is_unknown(imeter: str, *, has_meter: bool | None) -> None:
    """The gateway may have metering hardware nevertheless."""
    assert INFO.parse(documents.info(inside_device=imeter)).has_meter is has_meter


def test_a_masked_serial_stays_as_it_is() -> None:
    """Serials are opaque."""
    assert INFO.parse(documents.info(serial=" xxxx ")).serial == "xxxx"


STRANGE_TEXTS = [
    "1. [Sign in](https://example.com)",
    "<b>1219</b>",
    "122300000001 2",
    "{host}",
    "../../etc",
    "\u202e1223",
    "123",
    "1" * 33,
]


@pytest.mark.parametrize("serial", STRANGE_TEXTS)
def test_a_serial_of_another_form_is_no_serial(serial: str) -> None:
    """Any device may send it, and it becomes part of texts that are rendered as Markdown."""
    with pytest.raises(GatewayResponseError, match="no serial in device/sn"):
        INFO.parse(documents.info(serial=escape(serial)))


@pytest.mark.parametrize("part_number", ["[a](https://example.com)", "8" * 33])
def test_a_part_number_of_another_form_is_none(part_number: str) -> None:
    body = f"<envoy_info><device><sn>1234</sn><pn>{part_number}</pn><software>R3.9</software></device></envoy_info>"

    assert INFO.parse(body.encode()).part_number is None


def test_what_is_missing_is_none() -> None:
    """Only serial and firmware are required."""
    found = INFO.parse(b"<envoy_info><device><sn>1234</sn><software>R3.9</software></device></envoy_info>")

    assert (found.part_number, found.has_meter, found.time) == (None, None, None)


@pytest.mark.parametrize(
    "time",
    [
        "",
        "soon",
        "0",
        "-5",
        "1.5",
        "99999999999",
        pytest.param("9" * 5000, id="5000 digits"),
        "\N{FULLWIDTH DIGIT ONE}",
    ],
)
def test_an_invalid_time_is_none(time: str) -> None:
    """A time must fit into 32 bits."""
    body = f"<envoy_info><time>{time}</time><device><sn>1234</sn><software>R3.9</software></device></envoy_info>"

    assert INFO.parse(body.encode()).time is None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b"<envoy_info>", "not XML"),
        (b"<!DOCTYPE html><html><body>Envoy</body></html>", "document type declaration"),
        (b'<!DOCTYPE a [<!ENTITY b "bb">]><envoy_info><device><sn>&b;</sn></device></envoy_info>', "declaration"),
        (b"<html/>", "envoy_info"),
        pytest.param(b"<a>" * 100_000 + b"</a>" * 100_000, "envoy_info", id="deep"),
        (b"<?xml version='1.0' encoding='undefined'?><html/>", "envoy_info"),
        (b"<envoy_info/>", "device/sn"),
        pytest.param(documents.info(serial="  "), "device/sn", id="blank serial"),
        pytest.param(documents.info(software=""), "device/software", id="no firmware"),
        pytest.param(documents.info(software="unknown"), "device/software", id="firmware is a word"),
        pytest.param(documents.info(software="D" + "7" * 400), "device/software", id="400 digits"),
        pytest.param(documents.info(software="D8." + "7" * 400), "device/software", id="400 digits after a point"),
        pytest.param(documents.info(software="D" + ".".join("8" * 100)), "device/software", id="100 numbers"),
    ],
)
def test_the_error_of_another_document_has_what_was_expected(body: bytes, problem: str) -> None:
    with pytest.raises(GatewayResponseError, match=f"^/info: .*{problem}"):
        INFO.parse(body)
