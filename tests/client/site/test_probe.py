"""The endpoints that set-up reads, and the consequences of missing answers."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import (
    GatewayConnectionError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
)
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.probe import check_supported, probe
from custom_components.enphase_iq_gateway.client.site.site import Quantity, Source, endpoints_of
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support import answers
from tests.support.device import HANG_UP, Reply, hang_for, reply
from tests.support.full_gateway import ANSWERS, BUSY, CLOSED, FULL, MISSING, FullGateway, paths
from tests.support.models import info

NO_METERS = reply(b"[]")


@pytest.mark.parametrize(
    ("firmware", "changes", "expected"),
    [
        pytest.param("8.2.4345", {}, (METERS, READINGS, DEVICE_DATA, REPORT_DETAILED), id="metered"),
        pytest.param("7.6.175", {}, (METERS, READINGS, INVERTER_LIST, REPORT_DETAILED), id="no device data before 8"),
        pytest.param(
            "8.2.4345",
            {DEVICE_DATA: FULL},
            (METERS, READINGS, DEVICE_DATA, INVERTER_LIST, REPORT_DETAILED),
            id="device data above their limit",
        ),
        pytest.param(
            "8.2.4345",
            {DEVICE_DATA: MISSING},
            (METERS, READINGS, DEVICE_DATA, INVERTER_LIST, REPORT_DETAILED),
            id="device data missing",
        ),
        pytest.param(
            "8.2.4345",
            {METERS: NO_METERS},
            (METERS, PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED),
            id="no CTs",
        ),
        pytest.param(
            "7.6.175",
            {METERS: CLOSED},
            (METERS, PRODUCTION_SUMMARY, INVERTER_LIST, REPORT_DETAILED),
            id="a closed list of meters",
        ),
        pytest.param(
            "4.10.35",
            {REPORT_DETAILED: MISSING},
            (METERS, READINGS, INVERTER_LIST, REPORT_DETAILED),
            id="no other report before 7",
        ),
        pytest.param(
            "8.2.4345",
            {READINGS: reply(b"<html>")},
            (METERS, READINGS, READINGS, DEVICE_DATA, REPORT_DETAILED),
            id="another document instead of the readings, read once more",
        ),
    ],
)
async def test_only_what_the_gateway_needs_is_read(
    full_gateway: FullGateway,
    firmware: str,
    changes: dict[Endpoint[object], Reply],
    expected: tuple[Endpoint[object], ...],
) -> None:
    """The slow report is last (G§13.1)."""
    full_gateway.replace_answers(changes)

    await probe(full_gateway.client, info(firmware))

    assert full_gateway.requested == paths(*expected)


async def test_the_probe_returns_the_documents_that_it_has_read(full_gateway: FullGateway) -> None:
    documents = await probe(full_gateway.client, info())

    assert [meter.flow for meter in documents.get(METERS) or ()] == [Flow.PRODUCTION, Flow.NET_CONSUMPTION]
    assert (len(documents.get(READINGS) or ()), documents.get(PRODUCTION_SUMMARY), documents.get(INVERTER_LIST)) == (
        2,
        None,
        None,
    )
    assert documents.report is not None
    assert documents.get(DEVICE_DATA) is not None
    assert documents.failed == frozenset()


async def test_a_list_of_meters_that_fails_is_read_a_second_time(full_gateway: FullGateway) -> None:
    """Without it a metered gateway would look like one without CTs."""
    full_gateway.replace_answers({METERS: lambda _: BUSY if full_gateway.requested.count(METERS.path) == 1 else CTS})

    documents = await probe(full_gateway.client, info())

    assert full_gateway.requested[:2] == paths(METERS, METERS)
    assert documents.get(METERS)
    assert documents.failed == frozenset()


CTS = reply(answers.body([answers.meter()]))


async def test_a_probe_without_the_list_of_meters_is_an_error(full_gateway: FullGateway) -> None:
    """The gateway may have one. The list of inverters is read because it alone shows that an account is refused."""
    full_gateway.replace_answers({METERS: BUSY})

    with pytest.raises(GatewayConnectionError, match="/ivp/meters: no list of meters in two tries"):
        await probe(full_gateway.client, info())

    assert full_gateway.requested == paths(METERS, METERS, INVERTER_LIST)


HTML = reply(b"<html>")
ON_READINGS = endpoints_of({(Flow.PRODUCTION, Quantity.LIFETIME): Source.READINGS})


async def test_a_counter_keeps_an_endpoint_that_answers_with_another_document(full_gateway: FullGateway) -> None:
    """Its source stays until the endpoint is missing."""
    full_gateway.replace_answers({READINGS: HTML})

    documents = await probe(full_gateway.client, info(), relied_on=ON_READINGS)

    assert documents.failed == {READINGS}
    assert decide(documents).sources[Flow.PRODUCTION, Quantity.LIFETIME] is Source.READINGS


async def test_another_document_instead_of_a_list_of_meters_that_a_counter_needs_is_an_error(
    full_gateway: FullGateway,
) -> None:
    """Without it the flow of a reading is not known."""
    full_gateway.replace_answers({METERS: HTML})

    with pytest.raises(GatewayConnectionError, match="/ivp/meters: no list of meters in two tries"):
        await probe(full_gateway.client, info(), relied_on=ON_READINGS)


@pytest.mark.parametrize("second", [NO_METERS, HTML, BUSY], ids=["empty", "HTML", "busy"])
async def test_an_empty_list_of_meters_that_a_counter_needs_is_an_error(
    full_gateway: FullGateway, second: bytes
) -> None:
    """The same firmware has listed the CTs, and only a gateway without meters lists none (G§8)."""
    full_gateway.replace_answers(
        {METERS: lambda _: NO_METERS if full_gateway.requested.count(METERS.path) == 1 else second}
    )

    with pytest.raises(GatewayConnectionError, match="/ivp/meters: no list of meters in two tries"):
        await probe(full_gateway.client, info(), relied_on=ON_READINGS)


async def test_an_empty_list_of_meters_that_a_counter_needs_is_read_a_second_time(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers(
        {METERS: lambda _: NO_METERS if full_gateway.requested.count(METERS.path) == 1 else CTS}
    )

    documents = await probe(full_gateway.client, info(), relied_on=ON_READINGS)

    assert documents.get(METERS)
    assert documents.get(READINGS)
    assert documents.failed == frozenset()


async def test_an_update_may_empty_the_list_of_meters(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers({METERS: NO_METERS})

    documents = await probe(full_gateway.client, info(), relied_on=ON_READINGS, updated=True)

    assert (documents.get(METERS), documents.failed) == ((), frozenset())


@pytest.mark.parametrize("answer", [MISSING, CLOSED])
async def test_a_counter_loses_its_endpoint_only_after_an_update(full_gateway: FullGateway, answer: Reply) -> None:
    """The counter then continues from another source."""
    full_gateway.replace_answers({READINGS: answer})

    same = await probe(full_gateway.client, info(), relied_on=ON_READINGS)
    updated = await probe(full_gateway.client, info(), relied_on=ON_READINGS, updated=True)

    assert same.failed == {READINGS}
    assert updated.failed == frozenset()


async def test_after_an_update_too_a_counter_keeps_an_endpoint_that_answers_with_another_document(
    full_gateway: FullGateway,
) -> None:
    """The gateway may still be starting."""
    full_gateway.replace_answers({READINGS: HTML})

    documents = await probe(full_gateway.client, info(), relied_on=ON_READINGS, updated=True)

    assert documents.failed == {READINGS}


@pytest.mark.parametrize("answer", [BUSY, reply(b"", 500), reply(b"", 408), reply(b"", 429), HANG_UP])
async def test_an_endpoint_that_is_busy_has_failed(full_gateway: FullGateway, answer: Reply) -> None:
    """5xx, too many requests and a lost connection do not mean that it is missing (G§2.6)."""
    full_gateway.replace_answers({DEVICE_DATA: answer})

    documents = await probe(full_gateway.client, info())

    assert documents.failed == {DEVICE_DATA}
    assert documents.get(INVERTER_LIST) is not None


@pytest.mark.parametrize("answer", [MISSING, CLOSED, reply(b"", 403), reply(b"<html>"), reply(b"[]")])
async def test_an_endpoint_that_is_missing_or_closed_has_not_failed(full_gateway: FullGateway, answer: bytes) -> None:
    """It answers with 404, a role that is too low, HTML or another shape (G§2.6, §13.1)."""
    full_gateway.replace_answers({DEVICE_DATA: answer})

    documents = await probe(full_gateway.client, info())

    assert (documents.get(DEVICE_DATA), documents.failed) == (None, frozenset())


@pytest.mark.parametrize(
    ("detailed", "plain", "endpoint", "unread"),
    [
        pytest.param(MISSING, ANSWERS[REPORT], REPORT, (set(), set()), id="only the one without details"),
        pytest.param(BUSY, ANSWERS[REPORT], REPORT, (set(), {REPORT_DETAILED}), id="only that one answers"),
        pytest.param(MISSING, BUSY, REPORT, ({REPORT}, set()), id="only that one may exist"),
        pytest.param(BUSY, BUSY, REPORT_DETAILED, ({REPORT_DETAILED, REPORT}, set()), id="both may exist"),
        pytest.param(MISSING, MISSING, REPORT_DETAILED, (set(), set()), id="none"),
    ],
)
async def test_the_report_without_details_is_read_where_the_detailed_one_fails(
    full_gateway: FullGateway,
    detailed: Reply,
    plain: Reply,
    endpoint: Endpoint[object],
    unread: tuple[set[Endpoint[object]], set[Endpoint[object]]],
) -> None:
    """It has the same values, but no lines (G§7)."""
    full_gateway.replace_answers({REPORT_DETAILED: detailed, REPORT: plain})

    documents = await probe(full_gateway.client, info())

    assert documents.report_endpoint is endpoint
    assert (set(documents.failed), set(documents.replaced)) == unread


@pytest.mark.parametrize(
    ("hangs", "firmware", "failed"),
    [
        pytest.param(REPORT_DETAILED, "8.2.4345", {REPORT_DETAILED}, id="the report"),
        pytest.param(INVERTER_LIST, "7.6.175", {INVERTER_LIST, REPORT_DETAILED}, id="the list"),
        pytest.param(
            READINGS,
            "8.2.4345",
            {READINGS, PRODUCTION_SUMMARY, DEVICE_DATA, INVERTER_LIST, REPORT_DETAILED},
            id="the readings",
        ),
        pytest.param(
            DEVICE_DATA,
            "8.2.4345",
            {DEVICE_DATA, INVERTER_LIST, REPORT_DETAILED},
            id="the device data",
        ),
    ],
)
async def test_endpoints_that_there_was_no_time_for_have_failed(
    full_gateway: FullGateway,
    hangs: Endpoint[object],
    firmware: str,
    failed: set[Endpoint[object]],
) -> None:
    """Set-up ends in time with the answers it has, and no endpoint counts as missing."""
    full_gateway.replace_answers({hangs: hang_for(6)})

    documents = await probe(full_gateway.client, info(firmware), limit_s=5)

    assert documents.failed == failed
    assert documents.get(METERS)


async def test_a_probe_without_time_for_the_list_of_meters_is_an_error(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers({METERS: hang_for(6)})

    with pytest.raises(GatewayTimeoutError, match="/ivp/meters"):
        await probe(full_gateway.client, info(), limit_s=5)


@pytest.mark.parametrize("there", [PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED])
async def test_one_endpoint_with_the_production_is_enough(full_gateway: FullGateway, there: Endpoint[object]) -> None:
    """The form reads no more endpoints than necessary."""
    candidates = (PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED)
    full_gateway.replace_answers({endpoint: MISSING for endpoint in candidates if endpoint is not there})

    await check_supported(full_gateway.client, info())

    assert full_gateway.requested == paths(*candidates[: candidates.index(there) + 1])


async def test_the_readings_of_a_production_ct_are_enough(full_gateway: FullGateway) -> None:
    """The endpoints of the production may all be closed to the user (status 401)."""
    full_gateway.replace_answers(dict.fromkeys((PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED), CLOSED))

    await check_supported(full_gateway.client, info())

    assert full_gateway.requested == paths(PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED, METERS, READINGS)


@pytest.mark.parametrize("meters", [NO_METERS, CLOSED])
async def test_closed_endpoints_without_a_production_ct_are_unsupported(
    full_gateway: FullGateway, meters: Reply
) -> None:
    closed = dict.fromkeys((PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED), CLOSED)
    full_gateway.replace_answers({**closed, METERS: meters})

    with pytest.raises(GatewayUnsupportedError):
        await check_supported(full_gateway.client, info())


async def test_a_gateway_without_any_endpoint_of_the_production_is_unsupported(full_gateway: FullGateway) -> None:
    """Firmware 3.7.0 is an example (G§14)."""
    full_gateway.replace_answers(
        dict.fromkeys((PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED, METERS), reply(b"<html>"))
    )

    with pytest.raises(GatewayUnsupportedError, match=r"firmware 3\.7\.0"):
        await check_supported(full_gateway.client, info("3.7.0"))


async def test_a_gateway_that_is_only_busy_is_not_unsupported(full_gateway: FullGateway) -> None:
    """It answers with 503 while it boots (G§2.6)."""
    full_gateway.replace_answers(
        {PRODUCTION_SUMMARY: BUSY, DEVICE_DATA: MISSING, REPORT_DETAILED: HANG_UP, METERS: MISSING}
    )

    with pytest.raises(GatewayConnectionError):
        await check_supported(full_gateway.client, info())
