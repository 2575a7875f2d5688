"""What is sent is the recorded document with one field changed, byte for byte (S§27)."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path
import re

from awesomeversion import AwesomeVersion
import orjson
import pytest

from custom_components.enphase_iq_gateway.client.control.changes import (
    Change,
    ContactField,
    Invalid,
    InvalidChangeError,
    change_charge_from_grid,
    change_contact,
    change_contact_setting,
    change_generator_mode,
    change_grid_relay,
    change_reserve,
    change_sleep,
    change_storage_mode,
    change_wake,
)
from custom_components.enphase_iq_gateway.client.endpoints import (
    DRY_CONTACT_SETTINGS,
    LIVE_DATA,
    SCHEDULER,
    TARIFF,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from tests.support.captures import CAPTURES, file_of, folders, needs
from tests.support.storage_captures import recorded_storage
from tests.support.storage_documents import FULL, storage_documents

NOTHING = storage_documents({})


def sent(change: Change, documents: StorageDocuments = NOTHING) -> bytes:
    return orjson.dumps(change.body(documents))


def with_settings(endpoint: Endpoint[object], key: str) -> list[Path]:
    """Return the recorded gateways whose answer has a key."""
    files = {folder: file_of(folder, endpoint) for folder in folders(CAPTURES)}
    return [folder for folder, file in files.items() if file is not None and f'"{key}"'.encode() in file.read_bytes()]


TARIFFS = with_settings(TARIFF, "storage_settings")
CONTACTS = with_settings(DRY_CONTACT_SETTINGS, "grid_action")


@needs(CAPTURES)
def test_most_captures_have_settings() -> None:
    assert len(TARIFFS) >= 10
    assert len(CONTACTS) >= 10


SETTINGS: list[tuple[Callable[[], Change], str, float | str]] = [
    (lambda: change_storage_mode("savings"), "mode", "economy"),
    (lambda: change_storage_mode("self_consumption"), "mode", "self-consumption"),
    (lambda: change_storage_mode("backup"), "mode", "backup"),
    (lambda: change_reserve(35), "reserved_soc", 35.0),
    (lambda: change_charge_from_grid(allowed=True), "charge_from_grid", True),
]


def compact(file: Path | None) -> str:
    """Return the recorded text without the spaces between its parts, numbers with as few digits as they need."""

    def shortest(match: re.Match[str]) -> str:
        return match["text"] or (orjson.dumps(float(match["number"])).decode() if match["number"] else "")

    assert file is not None
    parts = r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+\.\d+)|\s+'
    return re.sub(parts, shortest, file.read_text("utf-8"))


def with_field(text: str, key: str, value: float | str) -> str:
    """Return a recorded text with one field changed, a number with or without decimals as before."""

    def changed(match: re.Match[str]) -> str:
        if isinstance(value, bool | str):
            return f'"{key}":{json.dumps(value)}'
        return f'"{key}":{float(value) if "." in match[1] else round(value)}'

    text, count = re.subn(rf'"{key}":([^,}}]+)', changed, text, count=1)
    assert count == 1
    return text


@pytest.mark.parametrize("folder", TARIFFS, ids=lambda folder: folder.name)
@pytest.mark.parametrize(("change", "key", "value"), SETTINGS)
def test_the_whole_tariff_is_sent_with_one_field_changed(
    folder: Path, change: Callable[[], Change], key: str, value: float | str
) -> None:
    """Unknown keys, their order and the form of every number stay; the schedule is not part of it."""
    before, _, settings = compact(file_of(folder, TARIFF)).partition('"storage_settings":')
    expected = f'{before}"storage_settings":{with_field(settings, key, value)}'
    tariff, schedule, _ = expected.partition(',"schedule":')

    body = sent(change(), recorded_storage(folder).without(LIVE_DATA)).decode()

    assert body == tariff + ("}" if schedule else "")


CHANGED = [
    (ContactField.MODE, "soc"),
    (ContactField.GRID_ACTION, "shed"),
    (ContactField.OFF_GRID_ACTION, "none"),
    (ContactField.GENERATOR_ACTION, "schedule"),
    (ContactField.SOC_LOW, 5),
    (ContactField.SOC_HIGH, 95),
]


@pytest.mark.parametrize("folder", CONTACTS, ids=lambda folder: folder.name)
@pytest.mark.parametrize(("field", "value"), CHANGED)
def test_the_whole_contact_is_sent_with_one_field_changed(
    folder: Path, field: ContactField, value: float | str
) -> None:
    texts = re.findall(r"\{[^{}]*\}", compact(file_of(folder, DRY_CONTACT_SETTINGS)))
    documents = recorded_storage(folder)
    settings = documents.get(DRY_CONTACT_SETTINGS) or {}

    bodies = [sent(change_contact_setting(contact_id, field, value), documents).decode() for contact_id in settings]

    assert len(bodies) == 4
    assert bodies == [f'{{"dry_contacts":{with_field(text, field, value)}}}' for text in texts]


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (change_grid_relay(closed=False), b'{"mains_admin_state":"open"}'),
        (change_grid_relay(closed=True), b'{"mains_admin_state":"closed"}'),
        (change_generator_mode("auto"), b'{"gen_cmd":"auto"}'),
        (
            change_sleep({"2", "1"}, low=25, high=30),
            (
                b'{"acb_sleep":[{"serial_num":"1","sleep_min_soc":25,"sleep_max_soc":30},'
                b'{"serial_num":"2","sleep_min_soc":25,"sleep_max_soc":30}]}'
            ),
        ),
        (change_wake({"2", "1"}), b'{"acb_sleep":[{"serial_num":"1"},{"serial_num":"2"}]}'),
    ],
)
def test_commands_have_a_body_of_their_own(change: Change, body: bytes) -> None:
    assert sent(change) == body


@pytest.mark.parametrize(
    "change",
    [
        change_reserve(35),
        change_storage_mode("backup"),
        change_charge_from_grid(allowed=False),
        change_contact("NC1", closed=True),
        change_contact_setting("NC1", ContactField.MODE, "soc"),
    ],
)
def test_nothing_is_sent_without_the_document(change: Change) -> None:
    """A partial object may crash the gateway (S§27)."""
    with pytest.raises(InvalidChangeError) as caught:
        change.body(NOTHING)

    assert caught.value.reason is Invalid.UNREADABLE
    assert not change.is_in_effect(NOTHING)


@pytest.mark.parametrize(
    "change",
    [
        change_grid_relay(closed=True),
        change_generator_mode("on"),
        change_sleep({"1"}, low=25, high=30),
        change_wake({"1"}),
    ],
)
def test_a_change_without_its_proof_is_not_in_effect(change: Change) -> None:
    assert not change.is_in_effect(NOTHING)


def test_without_a_scheduler_the_tariff_of_old_firmware_proves_charging_from_the_grid() -> None:
    documents = storage_documents(FULL, without=(SCHEDULER,))
    tariff = documents.get(TARIFF)
    assert tariff is not None
    allowed = bool(tariff.charge_from_grid)
    old = replace(documents, info=replace(documents.info, firmware=AwesomeVersion("8.2.127")))

    assert change_charge_from_grid(allowed=allowed).is_in_effect(old)
    assert not change_charge_from_grid(allowed=not allowed).is_in_effect(old)
    new = replace(documents, info=replace(documents.info, firmware=AwesomeVersion("8.3.5169")))
    assert not change_charge_from_grid(allowed=allowed).is_in_effect(new)


def test_last_known_live_data_prove_nothing() -> None:
    documents = storage_documents(FULL)
    live = documents.get(LIVE_DATA)
    assert live is not None
    profile = {0: "backup", 1: "self_consumption", 2: "savings"}[live.profile_number or 0]
    assert change_storage_mode(profile).is_in_effect(documents)

    stale = documents.with_answer(LIVE_DATA, replace(live, is_last_known=True), 0)

    assert not change_storage_mode(profile).is_in_effect(stale)


def test_a_level_between_two_percents_keeps_its_decimals() -> None:
    """The document may have whole numbers."""
    documents = NOTHING.with_answer(
        DRY_CONTACT_SETTINGS,
        DRY_CONTACT_SETTINGS.parse(b'{"dry_contacts":[{"id":"NC1","type":"LOAD","soc_low":30,"soc_high":40}]}'),
        0,
    )

    assert b'"soc_low":30.5' in sent(change_contact_setting("NC1", ContactField.SOC_LOW, 30.5), documents)
    assert b'"soc_low":20,' in sent(change_contact_setting("NC1", ContactField.SOC_LOW, 20.0), documents)
