"""The endpoints that each group reads, and the consequences of missing answers."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    READINGS,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayStatusError
from custom_components.enphase_iq_gateway.client.site.documents import was_read, with_earlier
from custom_components.enphase_iq_gateway.client.site.read import read_group
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.device import Reply
from tests.support.full_gateway import BUSY, FULL, MISSING, FullGateway, paths
from tests.support.models import changed, device_data, documents_of, info, inverter, metered

WITH_DEVICES = changed(metered(), device_data=device_data(inverter()))
SITE = decide(WITH_DEVICES)
INVERTERS = SITE.reads(PollGroup.INVERTERS)


@pytest.mark.parametrize(
    ("group", "changes", "expected"),
    [
        (PollGroup.LIVE, {}, (READINGS,)),
        (PollGroup.REPORT, {}, (REPORT_DETAILED,)),
        (PollGroup.INVERTERS, {}, (DEVICE_DATA,)),
        (PollGroup.INVERTERS, {DEVICE_DATA: FULL}, (DEVICE_DATA, INVERTER_LIST)),
        (PollGroup.INVERTERS, {DEVICE_DATA: BUSY}, (DEVICE_DATA, INVERTER_LIST)),
    ],
)
async def test_a_group_reads_what_it_needs(
    full_gateway: FullGateway,
    group: PollGroup,
    changes: dict[Endpoint[object], Reply],
    expected: tuple[Endpoint[object], ...],
) -> None:
    """The list of inverters is read only where the device data are not complete."""
    full_gateway.replace_answers(changes)

    documents = await read_group(full_gateway.client, SITE, SITE.reads(group), WITH_DEVICES.get(METERS))

    assert full_gateway.requested == paths(*expected)
    assert documents.get(METERS) == WITH_DEVICES.get(METERS)


async def test_one_endpoint_of_a_group_may_fail_alone(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers({DEVICE_DATA: BUSY})

    documents = await read_group(full_gateway.client, SITE, INVERTERS, None)

    assert documents.get(DEVICE_DATA) is None
    assert documents.get(INVERTER_LIST) is not None
    assert documents.failed == {DEVICE_DATA}


async def test_an_endpoint_that_fails_once_keeps_its_last_answer(full_gateway: FullGateway) -> None:
    """One lost answer changes nothing."""
    earlier = await read_group(full_gateway.client, SITE, INVERTERS, None)
    full_gateway.replace_answers({DEVICE_DATA: BUSY})
    documents = await read_group(full_gateway.client, SITE, INVERTERS, None)

    assert was_read(earlier, DEVICE_DATA)
    assert not was_read(documents, DEVICE_DATA)
    assert with_earlier(documents, earlier, DEVICE_DATA).get(DEVICE_DATA) == earlier.get(DEVICE_DATA)


async def test_a_group_of_which_nothing_can_be_read_fails(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers({DEVICE_DATA: MISSING, INVERTER_LIST: BUSY})

    with pytest.raises(GatewayStatusError, match="/api/v1/production/inverters: status 503"):
        await read_group(full_gateway.client, SITE, INVERTERS, None)


async def test_a_group_without_endpoints_reads_nothing(full_gateway: FullGateway) -> None:
    """A gateway without known inverters has such a group."""
    site = decide(metered())

    documents = await read_group(full_gateway.client, site, site.reads(PollGroup.INVERTERS), None)

    assert documents == documents_of(info=info())
    assert not was_read(documents, DEVICE_DATA)
    assert full_gateway.requested == []


KNOWN = device_data(inverter(), truncated=True)


async def test_details_that_are_recent_enough_are_not_read_again(full_gateway: FullGateway) -> None:
    """The list alone has the new reports."""
    documents = await read_group(full_gateway.client, SITE, INVERTERS, None, KNOWN)

    assert full_gateway.requested == paths(INVERTER_LIST)
    assert documents.get(DEVICE_DATA) is KNOWN
    assert documents.details_kept


def test_details_that_could_not_be_read_are_the_earlier_ones() -> None:
    failed = documents_of(info=info(), failed=frozenset({DEVICE_DATA}))

    documents = with_earlier(failed, documents_of(info=info(), device_data=KNOWN), DEVICE_DATA)

    assert (documents.get(DEVICE_DATA), documents.details_kept) == (KNOWN, True)


async def test_details_are_read_when_the_list_does_not_answer(full_gateway: FullGateway) -> None:
    """Otherwise a group would fail that can be read."""
    full_gateway.replace_answers({INVERTER_LIST: BUSY})

    documents = await read_group(full_gateway.client, SITE, INVERTERS, None, KNOWN)

    assert full_gateway.requested == paths(INVERTER_LIST, DEVICE_DATA)
    assert documents.failed == {INVERTER_LIST}
    assert documents.get(DEVICE_DATA) is not KNOWN
    assert not documents.details_kept


async def test_a_group_with_recent_details_fails_where_nothing_can_be_read(full_gateway: FullGateway) -> None:
    full_gateway.replace_answers({INVERTER_LIST: BUSY, DEVICE_DATA: MISSING})

    with pytest.raises(GatewayStatusError):
        await read_group(full_gateway.client, SITE, INVERTERS, None, KNOWN)
