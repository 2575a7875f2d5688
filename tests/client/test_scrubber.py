"""What is not known to be harmless does not stay: fields, texts, and the tags of /info."""

from pathlib import Path
import re
from time import process_time
from typing import Any

import orjson
import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INFO,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayError
from custom_components.enphase_iq_gateway.client.redaction import REDACTED, Scrubber
from tests.support.captures import CAPTURES, file_of, folders, needs


def test_unknown_fields_are_redacted_together_with_their_names() -> None:
    """The name of a field may be the name of a user."""
    answer = (
        b'{"wNow": 5, "ssid": "Our home", "owner": {"city": 7}, "type": "a sentence, with a name in it", "lines": [{}]}'
    )

    assert Scrubber([]).answer(answer) == {
        "wNow": 5,
        f"{REDACTED} 1": REDACTED,
        f"{REDACTED} 2": {f"{REDACTED} 0": REDACTED},
        "type": REDACTED,
        "lines": [{}],
    }


def test_numbers_and_words_of_known_fields_stay() -> None:
    """Twelve digits are a serial only in the fields of serials."""
    answer = b'{"joulesProduced": 121900000099, "sn": 121900000099, "devName": "pcu", "active": true, "state": null}'

    assert Scrubber([]).answer(answer) == {
        "joulesProduced": 121900000099,
        "sn": 999900000000,
        "devName": "pcu",
        "active": True,
        "state": None,
    }


def test_serials_in_names_and_texts_are_replaced() -> None:
    scrubber = Scrubber(["ABC123"])

    assert scrubber.text("counter of ABC123, and 121900000099") == "counter of 999900000000, and 999900000001"
    assert scrubber.text("sn=x121900000099") == "sn=x999900000001"
    assert scrubber.value({"121900000099": {"type": "121900000099"}}) == {"999900000001": {"type": "999900000001"}}
    assert scrubber.value({"serial_nums": [121900000098], "id": 121900000099}) == {
        "serial_nums": [999900000002],
        "id": 999900000001,
    }


def test_a_serial_that_contains_another_has_its_own_pseudonym() -> None:
    scrubber = Scrubber(["122300000001", "12122300000001", "122300000001EIM1"])

    assert scrubber.text("12122300000001 122300000001EIM1 122300000001") == "999900000001 999900000002 999900000000"


@pytest.mark.parametrize(
    "secret",
    [
        "00:1d:c0:ab:cd:ef",
        "001dc0abcdef",
        "somebody@example.com",
        "eyJhbGciOi.eyJhdWQi.c2ln",
        "192.0.2.5",
        "2001:db8::5",
        "fe80::1",
        "envoy.example",
        "('192.0.2.5', 8443)",
        "('2001:db8::5', 443, 0, 0)",
    ],
)
def test_addresses_and_tokens_in_texts_are_redacted(secret: str) -> None:
    text = Scrubber([], ["envoy.example"]).text(f"before {secret} after")

    assert text == f"before {REDACTED} after"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://192.0.2.5:8443/info", f"https://{REDACTED}:8443/info"),
        ("ip:192.0.2.5", f"ip:{REDACTED}"),
        ("192.0.2.005.", f"{REDACTED}."),
        ("[2001:db8::5]:443", f"[{REDACTED}]:443"),
        ("ip:2001:db8::5:", f"ip:{REDACTED}:"),
        ("o'brien@example.com", REDACTED),
    ],
)
def test_addresses_are_redacted_without_what_surrounds_them(text: str, shown: str) -> None:
    assert Scrubber([]).text(text) == shown


@pytest.mark.parametrize(
    "text", ["8.2.4345", "12:30:45", "0x0000000000200000", "d123b2", "1781991518", "02.02.00", "5.4.3.2.1"]
)
def test_versions_times_and_numbers_in_texts_are_kept(text: str) -> None:
    assert Scrubber([]).text(text) == text


def test_only_known_tags_of_info_keep_their_text() -> None:
    answer = (
        b'<?xml version="1.0"?><envoy_info id="1"><device><sn>121900000099</sn><software>D8.2.4345</software>'
        b'<euaid>001dc0abcdef</euaid></device><package name="app"><pn>500-00002-r01</pn></package>rest</envoy_info>'
    )

    assert Scrubber([]).answer(answer) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<envoy_info><device><sn>999900000000</sn>'
        "<software>D8.2.4345</software>"
        f'<euaid>{REDACTED}</euaid></device><package name="app"><pn>500-00002-r01</pn></package>{REDACTED}</envoy_info>'
    )


def test_unknown_tags_and_names_in_tags_are_redacted() -> None:
    answer = b'<?xml version="1.0"?><envoy_info><Elm-Street>5</Elm-Street><package name="121900000099"></package>'

    assert Scrubber([]).answer(answer) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<envoy_info><unknown>{REDACTED}</unknown><package name="999900000000"></package>'
    )


@pytest.mark.parametrize(
    "answer",
    [
        orjson.dumps([{"sn": str(121900000000 + number)} for number in range(1000)]),
        b'{"' + b"1" * 60_000 + b'": 1}',
        b'<?xml version="1.0"?><package name="' + b"a" * 60_000 + b'">',
        b'<?xml version="1.0"?><' + b"a" * 60_000,
    ],
    ids=["serials", "number", "name", "tag without an end"],
)
def test_no_answer_takes_long_to_redact(answer: bytes) -> None:
    """The time is in proportion to the size, and the largest answer is seventy times as large."""
    began = process_time()

    Scrubber([]).answer(answer)

    assert process_time() - began < 1.0


def words(text: str) -> list[str]:
    """Return the words of a text, sorted because sets have no order."""
    return sorted(re.findall(r"[\w.-]+", text))


@needs(CAPTURES)
@pytest.mark.parametrize("folder", folders(CAPTURES), ids=lambda folder: folder.name)
def test_a_redacted_answer_has_the_same_values(folder: Path) -> None:
    """The models differ only in their serials."""
    scrubber = Scrubber([])
    endpoints: tuple[Endpoint[Any], ...] = (
        *(INFO, METERS, READINGS, REPORT, REPORT_DETAILED, PRODUCTION_SUMMARY, INVERTER_LIST, DEVICE_DATA),
    )
    compared = 0
    for endpoint in endpoints:
        file = file_of(folder, endpoint)
        if file is None:
            continue
        body = file.read_bytes()
        try:
            recorded = endpoint.parse(body)
        except GatewayError:
            continue
        scrubbed = scrubber.answer(body)
        again = endpoint.parse(scrubbed.encode() if isinstance(scrubbed, str) else orjson.dumps(scrubbed))
        assert words(scrubber.text(repr(recorded))) == words(repr(again))
        compared += 1
    assert compared
