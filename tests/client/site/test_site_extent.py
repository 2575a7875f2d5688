"""How long a source is kept, and the phases, inverters and endpoints of a site (G§13)."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayUnsupportedError
from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source, Sources
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import by_quantity
from tests.support.models import (
    ZEROS,
    changed,
    device_data,
    documents_of,
    house,
    info,
    inverter,
    inverter_list,
    lifetime,
    listed,
    metered,
    meters,
    report,
    reported,
    reported_inverters,
    summary,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


LOCKED_ELSEWHERE: Sources = {
    (PRODUCTION, Quantity.LIFETIME): Source.REPORT,
    (PRODUCTION, Quantity.POWER): Source.REPORT,
    (Flow.STORAGE, Quantity.IMPORT_EXPORT): Source.READINGS,
}


def test_a_counter_keeps_its_source_while_that_is_there() -> None:
    """Only counters are locked, and only to a source that the site still has."""
    site = decide(metered(), LOCKED_ELSEWHERE)

    assert by_quantity(site, PRODUCTION)[Quantity.LIFETIME] is Source.REPORT
    assert by_quantity(site, PRODUCTION)[Quantity.POWER] is Source.READINGS
    assert by_quantity(site, Flow.STORAGE) == {}


def test_a_counter_keeps_its_source_while_that_only_fails() -> None:
    """A time-out at set-up does not move a counter."""
    documents = changed(metered(), report=None, failed=frozenset({REPORT_DETAILED}))

    assert by_quantity(decide(documents, LOCKED_ELSEWHERE), PRODUCTION)[Quantity.LIFETIME] is Source.REPORT


def test_a_counter_whose_source_is_missing_takes_another() -> None:
    documents = changed(metered(), report=None)

    assert by_quantity(decide(documents, LOCKED_ELSEWHERE), PRODUCTION)[Quantity.LIFETIME] is Source.READINGS


@pytest.mark.parametrize(
    "documents",
    [
        documents_of(info=info("7.6.175", has_meter=False), summary=ZEROS, report=report()),
        documents_of(info=info("8.2.4345"), summary=summary(), report=report()),
    ],
)
def test_a_counter_leaves_a_summary_that_has_stopped_for_good(documents: Documents) -> None:
    """It is all zeros or frozen since an update of a gateway without CTs (G§3)."""
    site = decide(documents, {(PRODUCTION, Quantity.LIFETIME): Source.SUMMARY}, updated=True)

    assert by_quantity(site, PRODUCTION)[Quantity.LIFETIME] is Source.REPORTED_INVERTERS


def test_a_counter_stays_with_a_summary_that_is_zero_without_an_update() -> None:
    """The gateway has been started a moment ago."""
    documents = documents_of(info=info("7.6.175", has_meter=False), summary=ZEROS, report=report())

    site = decide(documents, {(PRODUCTION, Quantity.LIFETIME): Source.SUMMARY})

    assert by_quantity(site, PRODUCTION)[Quantity.LIFETIME] is Source.SUMMARY


@pytest.mark.parametrize(
    ("locked", "documents"),
    [
        (
            Source.DEVICE_DATA,
            documents_of(info=info("7.6.175", has_meter=False), summary=summary(), failed=frozenset({DEVICE_DATA})),
        ),
        (
            Source.REPORTED_INVERTERS,
            documents_of(info=info("7.6.175", has_meter=False), summary=summary(), report=report()),
        ),
        (Source.SUMMARY, documents_of(info=info("8.2.4345"), report=report(), failed=frozenset({PRODUCTION_SUMMARY}))),
    ],
)
def test_each_source_can_be_locked(locked: Source, documents: Documents) -> None:
    site = decide(documents, {(PRODUCTION, Quantity.LIFETIME): locked})

    assert by_quantity(site, PRODUCTION)[Quantity.LIFETIME] is locked


def test_a_gateway_without_production_is_unsupported() -> None:
    """The message has the firmware and the endpoints that were read."""
    with pytest.raises(GatewayUnsupportedError, match=r"3\.7\.0.*/api/v1/production.*reports the production"):
        decide(documents_of(info=info("3.7.0", has_meter=None)))


def test_phases_are_those_in_use() -> None:
    """`phaseCount` decides, not `phaseMode` (G§8); values computed from two CTs have the phases of both."""
    site = decide(changed(metered(), meters=(*meters(PRODUCTION, phases=3), *meters(NET, phases=2))))

    assert [site.phases(flow) for flow in (PRODUCTION, NET, TOTAL, Flow.STORAGE)] == [3, 2, 2, 0]
    assert decide(metered()).phases(PRODUCTION) == 0


def test_without_a_list_of_meters_the_lines_that_carry_anything_are_counted() -> None:
    """The third line of a split-phase site is all zero (G§6.3)."""
    line, unused = lifetime(20_000.0), Measurement(power_w=0.0, voltage_v=0.0, energy_lifetime_wh=0.0)
    flows = {**house(), PRODUCTION: reported(lifetime(40_000.0), line, line, unused)}
    site = decide(documents_of(info=info("7.3.517"), report=report(flows)))

    assert (site.phases(PRODUCTION), site.phases(NET)) == (2, 0)


@pytest.mark.parametrize(
    ("documents", "endpoints"),
    [
        (metered(), set()),
        (changed(metered(), inverter_list=inverter_list(listed())), {INVERTER_LIST}),
        (changed(metered(), failed=frozenset({INVERTER_LIST})), {INVERTER_LIST}),
        (changed(metered(), device_data=device_data(inverter())), {DEVICE_DATA, INVERTER_LIST}),
        (changed(metered(), device_data=device_data(inverter(), truncated=True)), {DEVICE_DATA}),
        (changed(metered(), failed=frozenset({DEVICE_DATA})), {DEVICE_DATA}),
    ],
)
def test_inverters_are_read_where_they_are_listed(documents: Documents, endpoints: set[Endpoint[object]]) -> None:
    """Complete device data replace the list until they fail."""
    assert decide(documents).inverter_endpoints == endpoints


def test_the_number_of_inverters_is_the_highest_of_all_endpoints() -> None:
    """The number limits what a site can produce."""
    documents = changed(
        metered(),
        report=report(house(), reported_inverters(count=2)),
        device_data=device_data(inverter("A"), inverter("B"), inverter("C"), truncated=True),
        inverter_list=inverter_list(listed("A")),
    )

    assert decide(documents).inverter_count == 3
    assert decide(changed(documents, report=None, device_data=None, inverter_list=None)).inverter_count == 0


def test_device_data_that_serve_a_flow_are_read_with_the_inverters() -> None:
    """The two share one request."""
    site = decide(documents_of(info=info(), report=report(), device_data=device_data(inverter())))

    assert site.group(PRODUCTION, Quantity.LIFETIME) is PollGroup.INVERTERS
    assert DEVICE_DATA in site.reads(PollGroup.INVERTERS)
    assert site.reads(PollGroup.LIVE) == {REPORT_DETAILED}
    assert METERS not in site.reads(PollGroup.LIVE)
