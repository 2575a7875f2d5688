"""The decision table of G§13: the class of a gateway, and the source of each quantity."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.site import (
    GatewayClass,
    PollGroup,
    Quantity,
    Source,
    Sources,
)
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import by_quantity
from tests.support.models import (
    READINGS as BOTH_READINGS,
    ZEROS,
    changed,
    device_data,
    documents_of,
    house,
    info,
    inverter,
    lifetime,
    metered,
    meters,
    report,
    reported,
    reported_inverters,
    summary,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param(documents_of(info=info("3.9.36", has_meter=None), summary=summary()), GatewayClass.LEGACY, id="A"),
        pytest.param(
            documents_of(info=info("5.0.62", has_meter=False), meters=(), summary=summary()),
            GatewayClass.NON_METERED,
            id="B: an empty list of meters",
        ),
        pytest.param(
            documents_of(info=info("4.2.27", has_meter=False), summary=summary(), report=report(house(active=False))),
            GatewayClass.NON_METERED,
            id="B: eim entries that are not active",
        ),
        pytest.param(
            documents_of(info=info("7.6.175"), report=report()), GatewayClass.METERED_WITHOUT_CT, id="C: imeter, no eim"
        ),
        pytest.param(
            documents_of(info=info(), meters=meters(disabled=(PRODUCTION, NET)), report=report(house(active=False))),
            GatewayClass.METERED_WITHOUT_CT,
            id="C: all CTs disabled",
        ),
        pytest.param(
            documents_of(info=info(), meters=meters(disabled=(PRODUCTION,)), report=report(house())),
            GatewayClass.METERED_WITHOUT_CT,
            id="C: the list of meters counts more than activeCount",
        ),
        pytest.param(
            documents_of(info=info(), meters=meters(NET, disabled=(PRODUCTION,)), report=report()),
            GatewayClass.METERED_WITHOUT_CT,
            id="C: a consumption CT alone",
        ),
        pytest.param(
            replace(metered(), info=info("4.2.33", has_meter=None)), GatewayClass.METERED, id="D: imeter absent"
        ),
        pytest.param(
            documents_of(info=info("7.3.517"), report=report(house())), GatewayClass.METERED, id="D: no list of meters"
        ),
    ],
)
def test_the_class_follows_from_hardware_and_cts(documents: Documents, expected: GatewayClass) -> None:
    """The classes are those of G§13.2."""
    assert decide(documents).gateway_class is expected


def test_a_legacy_gateway_has_its_summary_alone() -> None:
    """Power and energy are read with the live group (G§13.3, A)."""
    site = decide(documents_of(info=info("3.9.36", has_meter=None), summary=summary()))

    assert by_quantity(site, PRODUCTION) == dict.fromkeys(
        (Quantity.POWER, Quantity.LIFETIME, Quantity.TODAY, Quantity.LAST_7_DAYS), Source.SUMMARY
    )
    assert site.reads(PollGroup.LIVE) == {PRODUCTION_SUMMARY}
    assert site.reads(PollGroup.REPORT) == frozenset()


def test_a_legacy_gateway_that_has_just_booted_has_its_source() -> None:
    """It sends four zeros for some minutes (G§3), and there is no other source."""
    assert decide(documents_of(info=info("3.9.36", has_meter=None), summary=ZEROS)).group(PRODUCTION, Quantity.POWER)


@pytest.mark.parametrize(
    ("documents", "power", "energy", "today"),
    [
        pytest.param(
            documents_of(info=info("7.6.175", has_meter=False), summary=summary(), report=report()),
            Source.SUMMARY,
            Source.SUMMARY,
            Source.SUMMARY,
            id="B: the summary, as the inverters' sum wraps",
        ),
        pytest.param(
            documents_of(
                info=info("8.3.5422", has_meter=False),
                summary=ZEROS,
                report=report(),
                device_data=device_data(inverter()),
            ),
            Source.REPORTED_INVERTERS,
            Source.DEVICE_DATA,
            Source.DEVICE_DATA,
            id="B: the summary is all zeros",
        ),
        pytest.param(
            documents_of(info=info("8.3.5422", has_meter=False), summary=ZEROS, report=report()),
            Source.REPORTED_INVERTERS,
            Source.REPORTED_INVERTERS,
            None,
            id="B: all zeros and no device data",
        ),
        pytest.param(
            documents_of(
                info=info("8.3.5422", has_meter=False),
                summary=ZEROS,
                device_data=device_data(inverter()),
            ),
            Source.DEVICE_DATA,
            Source.DEVICE_DATA,
            Source.DEVICE_DATA,
            id="B: nothing but device data",
        ),
        pytest.param(
            documents_of(
                info=info("8.3.5422", has_meter=False),
                summary=summary(50_000.0),
                report=report(inverters=reported_inverters(60_000.0)),
            ),
            Source.REPORTED_INVERTERS,
            Source.REPORTED_INVERTERS,
            None,
            id="B: the summary is less than that of the inverters",
        ),
        pytest.param(
            documents_of(
                info=info("7.6.175", has_meter=False), failed=frozenset({PRODUCTION_SUMMARY}), report=report()
            ),
            Source.SUMMARY,
            Source.SUMMARY,
            Source.SUMMARY,
            id="B: the summary could not be read this time",
        ),
        pytest.param(
            documents_of(
                info=info("8.2.4345"),
                summary=summary(),
                report=report(),
                device_data=device_data(inverter()),
            ),
            Source.REPORTED_INVERTERS,
            Source.DEVICE_DATA,
            Source.DEVICE_DATA,
            id="C: device data count all that the inverters made",
        ),
        pytest.param(
            documents_of(
                info=info("8.2.4345"),
                summary=summary(),
                report=report(),
                device_data=device_data(inverter(), truncated=True),
            ),
            Source.REPORTED_INVERTERS,
            Source.REPORTED_INVERTERS,
            None,
            id="C: device data above their limit, the summary stands still",
        ),
        pytest.param(
            documents_of(info=info("7.6.175"), summary=summary(), report=report()),
            Source.REPORTED_INVERTERS,
            Source.SUMMARY,
            Source.SUMMARY,
            id="C before 8.2.4264: a sane summary",
        ),
        pytest.param(
            documents_of(info=info("7.6.175"), summary=ZEROS, report=report()),
            Source.REPORTED_INVERTERS,
            Source.REPORTED_INVERTERS,
            None,
            id="C before 8.2.4264: all zeros",
        ),
        pytest.param(
            documents_of(info=info("7.3.466"), summary=replace(ZEROS, power_w=689.0), report=report()),
            Source.REPORTED_INVERTERS,
            Source.REPORTED_INVERTERS,
            None,
            id="C before 8.2.4264: watts without energy",
        ),
        pytest.param(
            documents_of(info=info("7.6.175"), summary=summary()),
            Source.SUMMARY,
            Source.SUMMARY,
            Source.SUMMARY,
            id="C: nothing but a summary",
        ),
        pytest.param(
            documents_of(
                info=info("7.6.175"),
                failed=frozenset({PRODUCTION_SUMMARY}),
                report=report(),
            ),
            Source.REPORTED_INVERTERS,
            Source.REPORTED_INVERTERS,
            None,
            id="C: a summary that could not be read is not used",
        ),
    ],
)
def test_without_a_production_ct_the_inverters_own_reports_count(
    documents: Documents, power: Source, energy: Source, today: Source | None
) -> None:
    """The energy of today in an eim entry never counts (G§13.3, B and C)."""
    sources = by_quantity(decide(documents), PRODUCTION)

    assert sources[Quantity.POWER] is power
    assert sources[Quantity.LIFETIME] is energy
    assert (sources.get(Quantity.TODAY), sources.get(Quantity.LAST_7_DAYS)) == (today, today)


def test_a_production_ct_is_read_live_and_the_report_adds_what_it_lacks() -> None:
    """The site is that of G§13.3, D-net."""
    site = decide(metered())

    assert by_quantity(site, PRODUCTION) == {
        Quantity.POWER: Source.READINGS,
        Quantity.LIFETIME: Source.READINGS,
        Quantity.ELECTRICAL: Source.READINGS,
        Quantity.TODAY: Source.REPORT,
        Quantity.LAST_7_DAYS: Source.REPORT,
    }
    assert by_quantity(site, NET) == {
        Quantity.POWER: Source.READINGS,
        Quantity.LIFETIME: Source.READINGS,
        Quantity.ELECTRICAL: Source.READINGS,
        Quantity.IMPORT_EXPORT: Source.READINGS,
    }
    assert by_quantity(site, TOTAL) == {
        Quantity.POWER: Source.READINGS,
        Quantity.LIFETIME: Source.REPORT,
        Quantity.ELECTRICAL: Source.REPORT,
        Quantity.TODAY: Source.REPORT,
        Quantity.LAST_7_DAYS: Source.REPORT,
    }
    assert site.reads(PollGroup.LIVE) == {READINGS}
    assert site.reads(PollGroup.REPORT) == {REPORT_DETAILED}


def test_a_total_ct_measures_the_house_and_leaves_the_grid_to_be_computed() -> None:
    """Today of the report may be that of net consumption (G§6.8, §13.3, D-total)."""
    site = decide(changed(metered("8.3.5433"), meters=meters(PRODUCTION, TOTAL)))

    assert by_quantity(site, TOTAL) == {
        Quantity.POWER: Source.READINGS,
        Quantity.LIFETIME: Source.READINGS,
        Quantity.ELECTRICAL: Source.READINGS,
    }
    assert by_quantity(site, NET) == {
        Quantity.POWER: Source.READINGS,
        Quantity.LIFETIME: Source.READINGS,
        Quantity.IMPORT_EXPORT: Source.INTEGRATED,
    }
    assert site.group(NET, Quantity.IMPORT_EXPORT) is PollGroup.LIVE


def test_a_production_ct_alone_has_no_consumption() -> None:
    """The report's consumption entries are not active then."""
    site = decide(changed(metered(), meters=meters(PRODUCTION, disabled=(NET,))))

    assert (by_quantity(site, TOTAL), by_quantity(site, NET)) == ({}, {})
    assert site.group(NET, Quantity.POWER) is None


def test_a_net_ct_alone_gives_no_total_consumption_of_the_gateway() -> None:
    """The gateway's total would lack the production (G§13.2)."""
    site = decide(
        documents_of(
            info=info(), meters=meters(NET, disabled=(PRODUCTION,)), readings=BOTH_READINGS, report=report(house())
        )
    )

    assert set(by_quantity(site, TOTAL).values()) == {Source.INVERTERS_AND_NET}
    assert by_quantity(site, NET)[Quantity.IMPORT_EXPORT] is Source.READINGS
    assert by_quantity(site, PRODUCTION)[Quantity.POWER] is Source.REPORTED_INVERTERS


def test_a_total_ct_alone_gives_no_net_consumption() -> None:
    """The production to subtract is not known."""
    documents = documents_of(info=info(), meters=meters(TOTAL), readings=BOTH_READINGS, report=report())

    assert by_quantity(decide(documents), NET) == {}
    assert by_quantity(decide(documents), TOTAL)[Quantity.LIFETIME] is Source.READINGS


@pytest.mark.parametrize(("firmware", "there"), [("7.3.130", False), ("7.3.517", True)])
def test_the_reported_net_lifetime_counts_only_where_it_is_signed(*, firmware: str, there: bool) -> None:
    """Before 7.3.517 it is import alone (G§6.4)."""
    site = decide(documents_of(info=info(firmware), report=report(house())))

    assert (Quantity.LIFETIME in by_quantity(site, NET)) is there
    assert Quantity.IMPORT_EXPORT not in by_quantity(site, NET)


def test_other_cts_are_read_where_they_are_enabled() -> None:
    site = decide(changed(metered(), meters=meters(PRODUCTION, NET, Flow.STORAGE, disabled=(Flow.EVSE,))))

    assert by_quantity(site, Flow.STORAGE) == dict.fromkeys((Quantity.POWER, Quantity.IMPORT_EXPORT), Source.READINGS)
    assert by_quantity(site, Flow.EVSE) == {}


def test_without_readings_the_report_serves_and_other_cts_are_unknown() -> None:
    """Readings may be missing where the list of meters is there (G§13.1)."""
    site = decide(changed(metered(), meters=meters(PRODUCTION, NET, Flow.STORAGE), readings=None))

    assert set(site.sources.values()) == {Source.REPORT}
    assert Quantity.IMPORT_EXPORT not in by_quantity(site, NET)
    assert site.reads(PollGroup.LIVE) == {REPORT_DETAILED}


def test_readings_that_could_not_be_read_this_time_stay_the_source() -> None:
    """A time-out does not mean a missing endpoint (G§13.1)."""
    site = decide(changed(metered(), readings=None, failed=frozenset({READINGS})))

    assert by_quantity(site, PRODUCTION)[Quantity.LIFETIME] is Source.READINGS


@pytest.mark.parametrize("failed", [REPORT, REPORT_DETAILED])
def test_a_report_that_could_not_be_read_this_time_stays_the_source(failed: Endpoint[object]) -> None:
    """Whether it has phases is not known then."""
    site = decide(changed(metered(phases=2), report=None, failed=frozenset({failed})))

    assert by_quantity(site, TOTAL)[Quantity.LIFETIME] is Source.REPORT


def test_a_report_without_lines_leaves_the_phases_to_the_readings() -> None:
    """The gateway itself adds production and net of the CTs (G§6.4, §7)."""
    without = decide(metered(phases=2))
    line = lifetime(20_000.0)
    with_lines = decide(
        changed(metered(phases=2), report=report({**house(), TOTAL: reported(lifetime(40_000.0), line, line)}))
    )

    assert by_quantity(without, TOTAL)[Quantity.LIFETIME] is Source.READINGS
    assert by_quantity(with_lines, TOTAL)[Quantity.LIFETIME] is Source.REPORT


@pytest.mark.parametrize("locked", [None, {(TOTAL, Quantity.LIFETIME): Source.REPORT}])
def test_with_a_storage_ct_the_readings_alone_serve_the_total(locked: Sources | None) -> None:
    """The report's total leaves the battery out (S§23), also where the counter came from it so far."""
    site = decide(changed(metered(), meters=meters(PRODUCTION, NET, Flow.STORAGE)), locked)

    assert by_quantity(site, TOTAL) == dict.fromkeys((Quantity.POWER, Quantity.LIFETIME), Source.READINGS)
    assert site.total_includes_storage


def test_a_storage_ct_without_readings_leaves_the_total_unknown() -> None:
    site = decide(changed(metered(), meters=meters(PRODUCTION, NET, Flow.STORAGE), readings=None))

    assert by_quantity(site, TOTAL) == {}
    assert not site.total_includes_storage


def test_readings_alone_serve_production_and_consumption() -> None:
    """The report, the summary and the device data may be closed to the user (status 401)."""
    site = decide(changed(metered(), report=None))

    assert set(site.sources.values()) == {Source.READINGS}
    assert by_quantity(site, TOTAL)[Quantity.LIFETIME] is Source.READINGS
