"""`/production.json?details=1`, `/production` and `/api/v1/production` (G§3, G§6, G§7)."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import PRODUCTION_SUMMARY, REPORT, REPORT_DETAILED, Endpoint
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.models import (
    Flow,
    Measurement,
    ProductionSummary,
    Report,
    ReportedFlow,
    ReportedInverters,
)
from tests.support.answers import Document, body, eim, production_summary, report, reported_inverters


def read(**changes: Document) -> Report:
    """Read a report."""
    return REPORT_DETAILED.parse(body(report(**changes)))


def production(**changes: Document) -> ReportedFlow:
    """Read the production of a report."""
    return read(production=[reported_inverters(), eim(**changes)]).flows[Flow.PRODUCTION]


def test_an_entry_is_read_with_its_lines() -> None:
    measurement = Measurement(
        power_w=1500.5,
        voltage_v=693.0,
        current_a=6.5,
        apparent_power_va=1501.0,
        reactive_power_var=20.0,
        power_factor=0.99,
        energy_lifetime_wh=70000.25,
        energy_today_wh=4000.0,
        energy_last_7_days_wh=30000.0,
    )

    assert read().flows[Flow.PRODUCTION] == ReportedFlow(
        active=True, total=measurement, lines=(measurement, measurement)
    )


def test_the_inverters_are_read() -> None:
    """The entry is the sum of what they last reported."""
    assert read().inverters == ReportedInverters(active_count=4, power_w=1400.0, energy_lifetime_wh=69000.0)


def test_entries_are_distinguished_by_measurement_type_and_not_by_place() -> None:
    found = read(
        production=[eim(wNow=1), {"type": "rgms"}, reported_inverters(wNow=2)],
        consumption=[eim(measurementType="net-consumption", wNow=3), eim(measurementType="total-consumption", wNow=4)],
    )

    assert found.inverters is not None
    assert found.inverters.power_w == 2.0
    assert {flow: each.total.power_w for flow, each in found.flows.items()} == {
        Flow.PRODUCTION: 1.0,
        Flow.NET_CONSUMPTION: 3.0,
        Flow.TOTAL_CONSUMPTION: 4.0,
    }


def test_without_metering_hardware_there_are_only_inverters() -> None:
    """The consumption array is missing altogether."""
    found = REPORT.parse(body({"production": [reported_inverters()]}))

    assert found.inverters is not None
    assert found.flows == {}


def test_production_without_measurement_type_is_production() -> None:
    """No other eim entry is in that array."""
    entry = eim()
    del entry["measurementType"]

    assert read(production=[entry]).flows[Flow.PRODUCTION].total.power_w == 1500.5


def test_the_only_consumption_entry_without_a_type_is_the_total() -> None:
    untyped = eim(wNow=1337.481, whLifetime=1756854.567)
    del untyped["measurementType"]

    found = read(consumption=[untyped, {"type": "other"}]).flows

    assert set(found) == {Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION}
    assert found[Flow.TOTAL_CONSUMPTION].total.power_w == 1337.481


def test_a_consumption_entry_without_a_type_beside_another_one_is_left_out() -> None:
    found = read(consumption=[eim(measurementType=None), eim(measurementType="net-consumption")]).flows

    assert set(found) == {Flow.PRODUCTION, Flow.NET_CONSUMPTION}


@pytest.mark.parametrize("word", ["production", "gross-consumption", 3, []])
def test_consumption_of_an_unknown_measurement_type_is_left_out(word: Document) -> None:
    assert set(read(consumption=[eim(measurementType=word)]).flows) == {Flow.PRODUCTION}


def test_of_two_entries_of_one_flow_the_first_counts() -> None:
    """The same holds for two sums of inverters."""
    found = read(production=[reported_inverters(wNow=1), eim(wNow=2), reported_inverters(wNow=3), eim(wNow=4)])

    assert found.inverters is not None
    assert (found.inverters.power_w, found.flows[Flow.PRODUCTION].total.power_w) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("count", "active"), [(1, True), (2.0, True), (0, False), (-1, False), (None, False), ("1", False), (True, False)]
)
def test_only_a_count_above_zero_is_active(count: Document, *, active: bool) -> None:
    """The values of an inactive entry are read all the same."""
    found = production(activeCount=count)

    assert (found.active, found.total.power_w) == (active, 1500.5)


@pytest.mark.parametrize("missing", [None, True, "5", [], {}])
def test_a_value_that_is_no_number_is_missing(missing: Document) -> None:
    found = production(wNow=missing).total

    assert (found.power_w, found.energy_lifetime_wh) == (None, 70000.25)


def test_negative_values_stay() -> None:
    """Standby at night and net export are negative."""
    found = production(wNow=-3.5, whLifetime=-18, rmsCurrent=-0.5).total

    assert (found.power_w, found.energy_lifetime_wh, found.current_a) == (-3.5, -18.0, -0.5)


def test_a_power_factor_that_is_a_sum_over_the_lines_is_missing() -> None:
    """The lines keep theirs."""
    found = production(pwrFactor=1.531, lines=[eim(pwrFactor=0.75), eim(pwrFactor=0.781)])

    assert found.total.power_factor is None
    assert [line.power_factor for line in found.lines] == [0.75, 0.781]


def test_an_odd_line_keeps_the_place_of_the_others() -> None:
    assert [line.power_w for line in production(lines=["L1", eim(wNow=7)]).lines] == [None, 7.0]


def test_there_are_no_more_lines_than_phases() -> None:
    """Each would become a phase with entities of its own."""
    assert len(production(lines=[eim()] * 1000).lines) == 3


@pytest.mark.parametrize("lines", [None, {}, 3])
def test_without_lines_there_are_none(lines: Document) -> None:
    """The report without details has none."""
    assert production(lines=lines).lines == ()


def test_entries_that_are_no_objects_leave_the_others() -> None:
    found = read(production=[None, 5, reported_inverters(), eim()], consumption=["none"])

    assert found.inverters is not None
    assert set(found.flows) == {Flow.PRODUCTION}


@pytest.mark.parametrize("endpoint", [REPORT, REPORT_DETAILED], ids=["plain", "detailed"])
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"<!DOCTYPE html><html>Page Not Found</html>", "HTML, expected JSON"),
        (b"[]", "an array, expected an object"),
        (b'{"error": "404 - Not Found"}', "no entry with a type in production"),
        (b'{"production": []}', "no entry with a type in production"),
        (b'{"production": [{}, 4]}', "no entry with a type in production"),
        (b'{"production": {"type": "eim"}}', "an object in production, expected an array"),
        (b'{"production": null}', "null in production, expected an array"),
        (b'{"production": [{"type": "eim"}], "consumption": {}}', "an object in consumption, expected an array"),
    ],
)
def test_the_error_of_another_document_has_what_was_expected(
    endpoint: Endpoint[Report], answer: bytes, problem: str
) -> None:
    with pytest.raises(GatewayResponseError) as raised:
        endpoint.parse(answer)

    assert raised.value.endpoint == endpoint.path
    assert raised.value.problem.startswith(problem)
    assert "expected" in raised.value.problem


def test_the_summary_is_read() -> None:
    assert PRODUCTION_SUMMARY.parse(body(production_summary())) == ProductionSummary(
        power_w=700.0, energy_today_wh=5100.0, energy_last_7_days_wh=42000.0, energy_lifetime_wh=81000.0
    )


def test_four_zeros_are_a_good_summary() -> None:
    """Whether they are true is decided elsewhere."""
    found = PRODUCTION_SUMMARY.parse(
        body({"wattsNow": 0, "wattHoursToday": 0, "wattHoursSevenDays": 0, "wattHoursLifetime": 0})
    )

    assert found.energy_lifetime_wh == 0.0


@pytest.mark.parametrize(
    ("sent", "read"), [(-4, -4.0), (4294967292, -4.0), (2147483648, -2147483648.0), (2147483647, 2147483647.0)]
)
def test_the_unsigned_image_of_a_negative_power_becomes_negative(sent: int, read: float) -> None:
    """4294967292 is -4, and -4 stays -4."""
    assert PRODUCTION_SUMMARY.parse(body(production_summary(wattsNow=sent))).power_w == read


def test_a_missing_number_of_the_summary_leaves_the_others() -> None:
    found = PRODUCTION_SUMMARY.parse(body({"wattHoursLifetime": 5, "wattsNow": None}))

    assert (found.power_w, found.energy_today_wh, found.energy_lifetime_wh) == (None, None, 5.0)


@pytest.mark.parametrize(
    "answer", [b'{"status": 401, "info": "Authentication required"}', b"{}", b"[]", b"<html>", b'{"wattsNow": "5"}']
)
def test_a_summary_without_any_number_is_an_error(answer: bytes) -> None:
    with pytest.raises(GatewayResponseError, match=r"^/api/v1/production: .*expected"):
        PRODUCTION_SUMMARY.parse(answer)
