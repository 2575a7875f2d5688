"""Probing and polling the endpoints of storage, over a real socket."""

from collections.abc import Mapping

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    GENERATOR,
    GENERATOR_CONFIG,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    REPORT_DETAILED,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayConnectionError
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_read import due_endpoints, probe_storage, read_storage
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite, decide_storage, storage_plan
from tests.support import storage_answers as storage
from tests.support.answers import NOW, Document, body
from tests.support.device import HANG_UP, Reply, hang_for, reply
from tests.support.full_gateway import BUSY, CLOSED, MISSING, FullGateway, paths
from tests.support.models import info
from tests.support.storage_documents import AC_ONLY, FULL, storage_documents


def replies(sent: Mapping[Endpoint[object], Document]) -> dict[Endpoint[object], Reply]:
    """Return the answers that a gateway sends."""
    return {endpoint: reply(body(document)) for endpoint, document in sent.items()}


@pytest.fixture
def storage_gateway(full_gateway: FullGateway) -> FullGateway:
    """Return a gateway with batteries, a system controller and a generator."""
    full_gateway.replace_answers(replies(FULL))
    return full_gateway


def now() -> float:
    """Return the time of these tests."""
    return float(NOW)


async def probed(gateway: FullGateway, known: Documents | None = None, limit_s: float = 30) -> StorageDocuments:
    """Probe a gateway."""
    return await probe_storage(gateway.client, info(), known, clock=now, limit_s=limit_s)


async def test_a_site_with_storage_has_everything_read_once(storage_gateway: FullGateway) -> None:
    documents = await probed(storage_gateway)

    plan = storage_plan(decide_storage(documents))
    assert storage_gateway.requested[0] == ENSEMBLE_INVENTORY.path
    assert sorted(storage_gateway.requested) == sorted(paths(*plan, *documents.missing))
    assert GENERATOR in plan
    assert set(documents.answers) == set(plan)
    assert documents.failed == frozenset()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(b"[]"), id="no devices"),
        pytest.param(MISSING, id="404"),
        pytest.param(CLOSED, id="401"),
        pytest.param(reply(b"<html>"), id="HTML"),
        pytest.param(reply(b'{"error": "404 - Not Found"}'), id="an error with status 200"),
    ],
)
async def test_a_site_without_storage_costs_one_request(full_gateway: FullGateway, answer: Reply) -> None:
    full_gateway.replace_answers({ENSEMBLE_INVENTORY: answer})

    documents = await probed(full_gateway)

    assert full_gateway.requested == paths(ENSEMBLE_INVENTORY)
    assert decide_storage(documents).is_empty
    assert documents.failed == frozenset()


async def test_an_inventory_that_could_not_be_read_may_exist(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers({ENSEMBLE_INVENTORY: BUSY})

    documents = await probed(full_gateway)

    assert documents.failed == {ENSEMBLE_INVENTORY}
    assert documents.missing == frozenset()


async def test_a_missing_endpoint_does_not_affect_the_others(storage_gateway: FullGateway) -> None:
    """S§1: some firmware answers 401 to all but the inventory."""
    storage_gateway.replace_answers({SCHEDULER: CLOSED, TARIFF: BUSY})

    documents = await probed(storage_gateway)
    site = decide_storage(documents)

    assert SCHEDULER in site.missing
    assert SCHEDULER not in storage_plan(site)
    assert documents.failed == {TARIFF}
    assert documents.get(TARIFF) is None
    assert documents.get(SECONDARY_CONTROL) is not None


@pytest.mark.parametrize("odd", [reply(b"<html>"), reply(b""), reply(b"[1]")], ids=["HTML", "empty", "another shape"])
async def test_an_endpoint_with_one_odd_answer_is_not_missing(storage_gateway: FullGateway, odd: bytes) -> None:
    live = reply(body(FULL[LIVE_DATA]))
    storage_gateway.replace_answers(
        {LIVE_DATA: lambda _: odd if storage_gateway.requested.count(LIVE_DATA.path) == 1 else live}
    )

    documents = await probed(storage_gateway)

    assert documents.get(LIVE_DATA) is not None
    assert LIVE_DATA not in decide_storage(documents).missing


async def test_ac_batteries_are_found_in_what_was_read_before(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers(replies({ENSEMBLE_INVENTORY: [], INVENTORY: AC_ONLY[INVENTORY]}))
    known = (
        Documents(info=info())
        .with_answer(DEVICE_DATA, storage_documents(AC_ONLY).get(DEVICE_DATA))
        .with_answer(REPORT_DETAILED, storage_documents(AC_ONLY).get(REPORT_DETAILED))
    )

    documents = await probed(full_gateway, known)

    assert decide_storage(documents).ac_batteries == {storage.AC_BATTERY, storage.OTHER_AC_BATTERY}
    assert INVENTORY.path in full_gateway.requested
    assert REPORT_DETAILED.path not in full_gateway.requested


async def test_endpoints_that_were_not_reached_in_time_have_failed(storage_gateway: FullGateway) -> None:
    storage_gateway.replace_answers({SECONDARY_CONTROL: hang_for(6)})

    documents = await probed(storage_gateway, limit_s=5)

    assert documents.get(ENSEMBLE_INVENTORY) is not None
    assert SECONDARY_CONTROL in documents.failed
    assert documents.failed & documents.missing == frozenset()


@pytest.mark.parametrize(
    ("passed_s", "due"),
    [(10, []), (11.5, [GRID_RELAY]), (60, [GRID_RELAY, LIVE_DATA]), (119, [GRID_RELAY, LIVE_DATA, GENERATOR])],
)
def test_an_endpoint_is_due_after_its_interval(passed_s: float, due: list[Endpoint[object]]) -> None:
    documents = storage_documents()
    plan = storage_plan(decide_storage(documents))

    assert {*due_endpoints(plan, documents, NOW + passed_s)} & documents.read_at.keys() == {*due}


def test_every_endpoint_is_due_after_a_day() -> None:
    documents = storage_documents()
    plan = storage_plan(decide_storage(documents))

    assert due_endpoints(plan, documents, NOW + 86_400) == [*plan]


def test_an_endpoint_that_was_never_read_is_due() -> None:
    documents = storage_documents(without=(SCHEDULER,))

    assert due_endpoints(storage_plan(decide_storage(documents)), documents, NOW) == [SCHEDULER]


async def test_one_endpoint_that_fails_keeps_its_last_answer_for_a_while(storage_gateway: FullGateway) -> None:
    documents = storage_documents()
    site = decide_storage(documents)
    storage_gateway.replace_answers({ENSEMBLE_POWER: BUSY})
    endpoints: list[Endpoint[object]] = [ENSEMBLE_POWER, SECONDARY_CONTROL]

    soon = await read_storage(storage_gateway.client, site, documents, endpoints, clock=lambda: NOW + 450)
    late = await read_storage(storage_gateway.client, site, documents, endpoints, clock=lambda: NOW + 451)

    assert soon.get(ENSEMBLE_POWER) is not None
    assert late.get(ENSEMBLE_POWER) is None
    assert soon.failed == late.failed == {ENSEMBLE_POWER}
    assert late.read_at[SECONDARY_CONTROL] == late.tried_at[ENSEMBLE_POWER] == NOW + 451


async def test_an_endpoint_that_answered_before_is_not_missing_after_one_404(
    storage_gateway: FullGateway,
) -> None:
    documents = storage_documents()
    storage_gateway.replace_answers({SCHEDULER: MISSING})

    read = await read_storage(storage_gateway.client, decide_storage(documents), documents, [SCHEDULER], clock=now)

    assert read.missing == frozenset()
    assert read.failed == {SCHEDULER}


async def test_an_endpoint_that_answers_again_has_not_failed(storage_gateway: FullGateway) -> None:
    documents = storage_documents().with_failure(TARIFF, NOW)

    read = await read_storage(storage_gateway.client, decide_storage(documents), documents, [TARIFF], clock=now)

    assert read.failed == frozenset()


async def test_a_gateway_that_cannot_be_reached_is_an_error(full_gateway: FullGateway) -> None:
    documents = storage_documents()
    await full_gateway.client.identify()
    await full_gateway.device.__aexit__(None, None, None)

    with pytest.raises(GatewayConnectionError):
        await read_storage(full_gateway.client, decide_storage(documents), documents, [TARIFF], clock=now)


async def test_two_endpoints_without_an_answer_end_a_poll(storage_gateway: FullGateway) -> None:
    """The rest is due in the next one."""
    storage_gateway.replace_answers({TARIFF: HANG_UP, SCHEDULER: HANG_UP})
    documents = storage_documents()
    endpoints: list[Endpoint[object]] = [SECONDARY_CONTROL, TARIFF, SCHEDULER, ENSEMBLE_POWER]

    read = await read_storage(
        storage_gateway.client, decide_storage(documents), documents, endpoints, clock=lambda: NOW + 5
    )

    assert read.failed == {TARIFF, SCHEDULER}
    assert read.read_at[SECONDARY_CONTROL] == NOW + 5
    assert read.tried_at[ENSEMBLE_POWER] == NOW


async def test_reading_nothing_changes_nothing(full_gateway: FullGateway) -> None:
    documents = storage_documents()

    read = await read_storage(full_gateway.client, StorageSite(), documents, [], clock=now)

    assert read == documents
    assert full_gateway.requested == []


def test_documents_of_other_coordinators_are_shared() -> None:
    known = Documents(info=info()).with_answer(DEVICE_DATA, storage_documents(AC_ONLY).get(DEVICE_DATA))

    shared = StorageDocuments(info=info()).with_shared(known.answers, NOW)

    assert set(shared.answers) == {DEVICE_DATA}
    assert shared.with_shared({}, NOW + 5) == shared


def test_a_missing_endpoint_has_no_answer() -> None:
    documents = storage_documents().with_failure(GENERATOR_CONFIG, NOW, missing=True)

    assert documents.get(GENERATOR_CONFIG) is None
    assert documents.missing == {GENERATOR_CONFIG}
    assert GENERATOR_CONFIG not in documents.read_at
