"""Every endpoint turns any answer into a model or a `GatewayError`."""

from contextlib import suppress
from copy import deepcopy
import json
from math import isfinite

from hypothesis import given, note, settings, strategies as st
import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    ACB_CONFIG,
    DEVICE_DATA,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    EXPORT_LIMIT,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GRID_RELAY,
    INFO,
    INVENTORY,
    INVERTER_LIST,
    LIVE_DATA,
    METERS,
    PRODUCTION_LIMIT,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayError
from tests.support import answers as documents, installer_answers, storage_answers as storage
from tests.support.answers import Document

pytestmark = pytest.mark.slow

VALID: list[tuple[Endpoint[object], Document]] = [
    (METERS, [documents.meter(), documents.meter(measurementType="net-consumption")]),
    (READINGS, [documents.reading(), documents.reading()]),
    (REPORT, documents.report()),
    (REPORT_DETAILED, documents.report()),
    (PRODUCTION_SUMMARY, documents.production_summary()),
    (INVERTER_LIST, [documents.listed_inverter(), documents.listed_inverter(serialNumber="bbbb")]),
    (
        DEVICE_DATA,
        documents.device_data(
            documents.device(), documents.device(sn="bbbb", active=False), storage.detailed_ac_battery()
        ),
    ),
    (REPORT_DETAILED, documents.report(storage=[storage.reported_storage()])),
    (INVENTORY, [storage.group("ACB", storage.listed_ac_battery(), storage.listed_ac_battery("bbbb"))]),
    (ENSEMBLE_INVENTORY, storage.ensemble_inventory()),
    (ENSEMBLE_POWER, storage.ensemble_power()),
    (SECONDARY_CONTROL, storage.secondary_control()),
    (EXPORT_LIMIT, installer_answers.export_limit()),
    (PRODUCTION_LIMIT, installer_answers.production_limit()),
    (GENERATOR_SCHEDULE, installer_answers.generator_schedule()),
    (ENSEMBLE_STATUS, storage.ensemble_status()),
    (DRY_CONTACT_SETTINGS, {"dry_contacts": [storage.contact_settings(), storage.contact_settings("NO1")]}),
    (GENERATOR, storage.generator(oper_state="closed")),
    (GENERATOR_CONFIG, storage.generator_config()),
    (SCHEDULER, storage.scheduler()),
    (TARIFF, storage.tariff()),
    (ACB_CONFIG, storage.acb_config()),
    (LIVE_DATA, storage.live_data()),
    # Words only.
    (GRID_RELAY, storage.grid_relay()),
    (DRY_CONTACTS, storage.dry_contacts()),
    (GENERATOR_MODE, {"gen_cmd": "on", "last_updated_by": "ITK"}),
]
for_each_json_endpoint = pytest.mark.parametrize(
    ("endpoint", "document"), VALID, ids=[endpoint.path for endpoint, _ in VALID]
)

# Deliberately not limited to what JSON allows: lone surrogates, nan, infinities and integers of any length are in it.
anything: st.SearchStrategy[Document] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**31, 2**32 - 4, 2**53, 2**63, 2**64, 0, -0.0])
    | st.floats()
    | st.text(st.characters())
    | st.text(st.characters(categories=["Cs", "Nd", "L"]), max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read_or_refuse(endpoint: Endpoint[object], body: bytes) -> None:
    """Parse a body; an error must be a `GatewayError`, and a model has finite numbers only."""
    with suppress(GatewayError):
        model = endpoint.parse(body)
        assert all(isfinite(value) for value in documents.values_in(model) if isinstance(value, int | float))


def places(document: Document) -> list[tuple[str | int, ...]]:
    """Return the path to every value in a document."""
    inside = (
        list(document.items())
        if isinstance(document, dict)
        else list(enumerate(document))
        if isinstance(document, list)
        else []
    )
    return [(key, *rest) for key, value in inside for rest in [(), *places(value)]]


def with_other_value(document: Document, path: tuple[str | int, ...], value: Document) -> Document:
    """Copy a document with another value at one place."""
    changed = deepcopy(document)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]  # type: ignore[index] # the path was made from this document
    inside[path[-1]] = value  # type: ignore[index] # the path was made from this document
    return changed


PLACES = [places(document) for _, document in VALID]


@for_each_json_endpoint
def test_the_documents_of_these_tests_are_valid(endpoint: Endpoint[object], document: Document) -> None:
    """Otherwise changing them would test nothing."""
    assert any(
        isinstance(value, float) or value is True or value in {"closed", "on", storage.AC_BATTERY}
        for value in documents.values_in(endpoint.parse(documents.body(document)))
    )


# Drawing an example takes much longer than reading it, so that each is one for every endpoint.


@given(value=anything)
@settings(max_examples=300, deadline=None)
def test_any_json_is_read_or_refused(value: Document) -> None:
    for endpoint, _ in VALID:
        note(endpoint.path)
        read_or_refuse(endpoint, json.dumps(value).encode())
        read_or_refuse(endpoint, json.dumps([value]).encode())


@given(changes=st.lists(st.tuples(st.integers(0, 2**16), anything), min_size=1, max_size=2))
@settings(max_examples=500, deadline=None)
def test_any_value_anywhere_is_read_or_refused(changes: list[tuple[int, Document]]) -> None:
    """A value of a valid document is replaced, at a place that is drawn as a number."""
    for (endpoint, document), paths in zip(VALID, PLACES, strict=True):
        note(endpoint.path)
        for place, value in changes:
            changed = with_other_value(document, paths[place % len(paths)], value)
            read_or_refuse(endpoint, json.dumps(changed).encode())


@given(body=st.binary())
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for endpoint in (INFO, *(endpoint for endpoint, _ in VALID)):
        note(endpoint.path)
        read_or_refuse(endpoint, body)


@given(software=st.text("DR0189. -"))
def test_any_firmware_is_read_or_refused(software: str) -> None:
    """Comparing the version must not fail either."""
    read_or_refuse(INFO, documents.info(software=software))


@given(start=st.floats(0, 1), end=st.floats(0, 1), part=st.binary(max_size=8))
@settings(max_examples=300, deadline=None)
def test_broken_bytes_are_read_or_refused(start: float, end: float, part: bytes) -> None:
    """A part of a valid body is replaced or cut off."""
    valid = [(endpoint, documents.body(document)) for endpoint, document in VALID]
    for endpoint, body in [(INFO, documents.info()), *valid]:
        note(endpoint.path)
        first, last = sorted((round(start * len(body)), round(end * len(body))))
        read_or_refuse(endpoint, body[:first] + part + body[last:])
