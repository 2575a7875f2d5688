"""All counters of one gateway: which sample of which source becomes which published value."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
import json
from math import inf

from awesomeversion import AwesomeVersion
import pytest

from custom_components.enphase_iq_gateway.client import (
    REPORT_DETAILED,
    Flow,
    Info,
    Inverter,
    Measurement,
    PollGroup,
    Quantity,
    Site,
    Snapshot,
    Source,
    Sources,
)
from custom_components.enphase_iq_gateway.client.models import InverterDetails
from custom_components.enphase_iq_gateway.client.site.site import GatewayClass
from custom_components.enphase_iq_gateway.counters.counter import Event, EventKind
from custom_components.enphase_iq_gateway.counters.guard import CounterEvent, Guard, SourceChange
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.limits import inverter_limits, may_fall
from custom_components.enphase_iq_gateway.counters.origin import Origin
from custom_components.enphase_iq_gateway.counters.state import GuardState
from tests.support.counters import settled

T0 = 1_790_000_000.0
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC).timestamp()
PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION
LIFETIME = FlowCounter(PRODUCTION, CounterField.LIFETIME)
TOTAL_CT: Sources = {
    (PRODUCTION, Quantity.POWER): Source.READINGS,
    (PRODUCTION, Quantity.LIFETIME): Source.READINGS,
    (TOTAL, Quantity.POWER): Source.READINGS,
    (TOTAL, Quantity.LIFETIME): Source.READINGS,
    (NET, Quantity.POWER): Source.READINGS,
    (NET, Quantity.LIFETIME): Source.READINGS,
    (NET, Quantity.IMPORT_EXPORT): Source.INTEGRATED,
}
NET_CT: Sources = {
    **TOTAL_CT,
    (TOTAL, Quantity.LIFETIME): Source.REPORT,
    (NET, Quantity.IMPORT_EXPORT): Source.READINGS,
}
INVERTERS: Sources = {
    (PRODUCTION, Quantity.POWER): Source.REPORTED_INVERTERS,
    (PRODUCTION, Quantity.LIFETIME): Source.DEVICE_DATA,
}


def site(sources: Sources, phases: int = 1) -> Site:
    """A gateway with these sources."""
    return Site(
        info=Info(serial="999900000001", firmware=AwesomeVersion("8.2.4345")),
        gateway_class=GatewayClass.METERED,
        phase_counts=dict.fromkeys(Flow, phases),
        sources=sources,
        report_endpoint=REPORT_DETAILED,
        inverter_endpoints=frozenset(),
        inverter_count=3,
    )


def totals(guard: Guard, seconds: float, *phases: tuple[float | None, float | None]) -> tuple[Measurement, ...]:
    """Show total consumption and production to the live group, all phases together first; return net consumption."""
    total, produced = zip(*phases, strict=True)
    flows = {
        TOTAL: tuple(Measurement(energy_lifetime_wh=value) for value in total),
        PRODUCTION: tuple(Measurement(energy_lifetime_wh=value) for value in produced),
    }
    return tuple(guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC).counted[NET])


def net(guard: Guard, seconds: float, imported: float | None, exported: float | None) -> Measurement:
    """Show the counters of a net CT to the live group; return what is published."""
    flows = {NET: (Measurement(energy_delivered_wh=imported, energy_received_wh=exported),)}
    return guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC).counters(NET)


def balanced(measured: Measurement) -> tuple[float | None, float | None]:
    """Return balanced import and export."""
    return measured.energy_import_balanced_wh, measured.energy_export_balanced_wh


def restarted(guard: Guard) -> Guard:
    """Return a guard with the stored state of another one."""
    return Guard(site=guard.site, state=GuardState.from_json(json.loads(json.dumps(guard.state.as_json()))))


def directions(measured: Measurement) -> tuple[float | None, float | None]:
    """Import and export."""
    return measured.energy_delivered_wh, measured.energy_received_wh


def inverters(
    guard: Guard, seconds: float, lifetimes: Mapping[str, float | None], reported: float | None = None
) -> float | None:
    """Show the inverters' lifetimes to their group; give what production has then counted."""
    snapshot = Snapshot(
        at=T0 + seconds,
        flows={PRODUCTION: (Measurement(energy_lifetime_wh=reported),)},
        inverters={
            serial: Inverter(serial=serial, energy_lifetime_wh=lifetime) for serial, lifetime in lifetimes.items()
        },
    )
    return guard.check(PollGroup.INVERTERS, snapshot, UTC).counters(PRODUCTION).energy_lifetime_wh


def production(guard: Guard, seconds: float, lifetime: float | None) -> float | None:
    """Show a production counter to the live group; give what is published."""
    snapshot = Snapshot(at=T0 + seconds, flows={PRODUCTION: (Measurement(energy_lifetime_wh=lifetime),)})
    return guard.check(PollGroup.LIVE, snapshot, UTC).counters(PRODUCTION).energy_lifetime_wh


# Import and export of a total CT


def test_import_and_export_begin_at_zero() -> None:
    assert directions(totals(Guard(site=site(TOTAL_CT)), 0, (9_000, 5_000))[0]) == (0, 0)


def test_import_is_the_rise_of_consumption_above_that_of_production() -> None:
    guard = Guard(site=site(TOTAL_CT))
    totals(guard, 0, (9_000, 5_000))
    assert directions(totals(guard, 30, (9_050, 5_020))[0]) == (30, 0)
    measured = totals(guard, 60, (9_060, 5_090))[0]
    assert directions(measured) == balanced(measured) == (30, 60)


def test_each_phase_imports_and_exports_on_its_own_and_balanced_together() -> None:
    guard = Guard(site=site(TOTAL_CT, phases=2))
    totals(guard, 0, (9_000, 5_000), (6_000, 2_500), (3_000, 2_500))
    measured = totals(guard, 30, (9_060, 5_050), (6_050, 2_520), (3_010, 2_530))
    assert [directions(each) for each in measured] == [(10, 0), (30, 0), (0, 20)]
    assert [balanced(each) for each in measured] == [(10, 0), (None, None), (None, None)]


def test_a_phase_without_a_production_ct_only_imports() -> None:
    two = replace(site(TOTAL_CT, phases=2), phase_counts={**dict.fromkeys(Flow, 2), PRODUCTION: 1})
    guard = Guard(site=two)
    flows = {TOTAL: tuple(Measurement(energy_lifetime_wh=each) for each in (9_000, 6_000, 3_000))}
    for seconds, rise in ((0, 0), (30, 40)):
        flows = {
            TOTAL: tuple(Measurement(energy_lifetime_wh=each + rise) for each in (9_000, 6_000, 3_000)),
            PRODUCTION: (Measurement(energy_lifetime_wh=5_000 + 2 * rise),),
        }
        measured = guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC).counted[NET]
    assert [directions(each) for each in measured] == [(0, 40), (0, 40), (40, 0)]


def test_import_and_export_stand_while_a_counter_is_missing_and_lose_nothing() -> None:
    guard = Guard(site=site(TOTAL_CT))
    totals(guard, 0, (9_000, 5_000))
    assert directions(totals(guard, 30, (9_050, None))[0]) == (0, 0)
    assert directions(totals(guard, 60, (9_100, 5_020))[0]) == (80, 0)


def test_a_glitch_of_one_counter_is_no_import() -> None:
    guard = Guard(site=site(TOTAL_CT))
    totals(guard, 0, (9_000_000, 5_000_000))
    assert directions(totals(guard, 30, (9_000_050, 0))[0]) == (0, 0)
    assert directions(totals(guard, 60, (17_000_000, 5_000_060))[0]) == (0, 0)
    assert directions(totals(guard, 90, (9_000_150, 5_000_090))[0]) == (60, 0)


def test_import_goes_on_over_a_restart_without_loss() -> None:
    guard = Guard(site=site(TOTAL_CT))
    totals(guard, 0, (9_000, 5_000))
    assert directions(totals(restarted(guard), 30, (9_050, 5_020))[0]) == (30, 0)


def test_what_was_integrated_from_power_goes_on_without_a_jump() -> None:
    guard = Guard(site=site(TOTAL_CT, phases=2))
    totals(guard, 0, (9_000, 5_000), (6_000, 2_500), (3_000, 2_500))
    stored = guard.state.as_json()
    del stored["balanced"]
    stored["integrations"] = {
        "1": {"import_wh": 700.0, "export_wh": 20.0, "net_w": 5.0, "at": T0},
        "2": {"import_wh": 40.0, "export_wh": 300.0, "net_w": 5.0, "at": T0},
    }
    counters = stored["counters"]
    assert isinstance(counters, dict)
    for name, value in (("energy_delivered_wh", 740.0), ("energy_received_wh", 320.0)):
        counters[f"net_consumption.{name}.0"] = settled(value).as_json()
    later = Guard(site=guard.site, state=GuardState.from_json(json.loads(json.dumps(stored))))
    assert directions(totals(later, 30, (9_000, 5_000), (6_000, 2_500), (3_000, 2_500))[0]) == (740, 320)
    measured = totals(later, 60, (9_060, 5_050), (6_050, 2_520), (3_010, 2_530))
    assert [directions(each) for each in measured] == [(750, 320), (730, 20), (40, 320)]


def test_a_net_ct_instead_of_a_total_ct_goes_on_from_what_was_counted() -> None:
    """An installer turned the CT round: the counters change their source, not their value."""
    guard = Guard(site=site(TOTAL_CT))
    totals(guard, 0, (9_000, 5_000))
    totals(guard, 30, (9_050, 5_020))
    guard.site = site(NET_CT)
    measured = net(guard, 60, 5_000_000, 2_000_000)
    assert (directions(measured), balanced(measured)) == ((30, 0), (30, 0))
    measured = net(guard, 90, 5_000_070, 2_000_020)
    assert (directions(measured), balanced(measured)) == ((100, 20), (80, 0))


def test_a_total_ct_instead_of_a_net_ct_goes_on_from_what_was_counted() -> None:
    guard = Guard(site=site(NET_CT))
    net(guard, 0, 5_000_000, 2_000_000)
    guard.site = site(TOTAL_CT)
    assert directions(totals(guard, 30, (9_000, 5_000))[0]) == (5_000_000, 2_000_000)
    assert directions(totals(guard, 60, (9_050, 5_020))[0]) == (5_000_030, 2_000_000)


# Balanced import and export of a net CT


def test_balanced_import_and_export_begin_at_zero() -> None:
    assert balanced(net(Guard(site=site(NET_CT)), 0, 5_000_000, 2_000_000)) == (0, 0)


def test_phases_are_balanced_between_two_samples() -> None:
    """One phase draws while another feeds in: the CT counts both, a utility meter the difference (G§9)."""
    guard = Guard(site=site(NET_CT, phases=2))
    net(guard, 0, 5_000_000, 2_000_000)
    assert balanced(net(guard, 30, 5_000_070, 2_000_020)) == (50, 0)
    assert balanced(net(guard, 60, 5_000_080, 2_000_060)) == (50, 30)


# The inverters together


def test_the_inverters_sum_begins_when_each_has_said_its_part() -> None:
    """A part of the sum would be a wrong start (G§5.5)."""
    guard = Guard(site=site(INVERTERS))
    assert inverters(guard, 0, {"a": 1_000, "b": None}) is None
    assert inverters(guard, 300, {"a": 1_000, "b": 2_000}, 3_000) == 3_000


@pytest.mark.parametrize("missing", [{"a": 1_010.0, "b": None}, {"a": 1_010.0}])
def test_an_inverter_missing_for_a_while_costs_no_energy(missing: Mapping[str, float | None]) -> None:
    guard = Guard(site=site(INVERTERS))
    inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    assert inverters(guard, 300, missing) == 3_010
    assert inverters(guard, 600, {"a": 1_020, "b": 2_020}, 3_040) == 3_040
    assert guard.events == []


def test_a_new_inverter_adds_what_it_makes_from_now_on() -> None:
    guard = Guard(site=site(INVERTERS))
    inverters(guard, 0, {"a": 1_000}, 1_000)
    assert inverters(guard, 300, {"a": 1_010, "b": 900_000}, 901_010) == 1_010
    assert inverters(guard, 600, {"a": 1_020, "b": 900_010}, 901_030) == 1_030


def test_a_retired_inverter_keeps_its_share() -> None:
    guard = Guard(site=site(INVERTERS))
    inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    assert [inverters(guard, 300 * number, {"a": 1_000 + number}, 1_000 + number) for number in (1, 9)] == [
        3_001,
        3_009,
    ]


def test_an_inverter_that_begins_again_at_zero_does_not_lower_the_sum() -> None:
    guard = Guard(site=site(INVERTERS))
    inverters(guard, 0, {"a": 50_000, "b": 60_000}, 110_000)
    sums = [inverters(guard, 300 * number, {"a": 10.0 * number, "b": 60_000}) for number in range(1, 7)]
    assert sums == [110_000, 110_000, 110_000, 110_040, 110_050, 110_060]


def test_an_inverter_silent_at_night_is_not_a_rejected_reading() -> None:
    guard = Guard(site=site(INVERTERS))
    inverters(guard, 0, {"a": 1_000, "b": 2_000}, 3_000)
    inverters(guard, 300, {"a": None, "b": None})
    assert guard.state.rejected.total() == 0


def test_what_is_kept_of_an_inverter_is_no_new_sample() -> None:
    guard = Guard(site=site(INVERTERS))

    def lifetime(seconds: float, lifetime_wh: float, *, kept: bool = False) -> float | None:
        shown = {"a": Inverter(serial="a", energy_lifetime_wh=lifetime_wh)}
        snapshot = Snapshot(at=T0 + seconds, inverters=shown, details_kept=kept)
        return guard.check(PollGroup.INVERTERS, snapshot, UTC).inverters["a"].energy_lifetime_wh

    lifetime(0, 1_000)
    lifetime(900, 900_000)
    kept = [lifetime(seconds, 900_000, kept=True) for seconds in (1_200, 1_500)]
    read = [lifetime(1_800, 900_010), lifetime(2_700, 900_020), lifetime(3_600, 900_030)]
    assert (kept, read) == ([1_000, 1_000], [1_000, 1_020, 1_030])
    assert guard.state.rejected.total() == 2


@pytest.mark.parametrize(("interval", "allowed"), [(None, 900), (3_600, 3_600), (7_201, 900), (90_000_000, 900)])
def test_a_report_interval_beyond_two_hours_is_none(interval: int | None, allowed: float) -> None:
    """It would open the guard for any jump."""
    assert inverter_limits(3, interval).interval_s == allowed


def test_one_absurd_report_interval_does_not_open_the_guard_of_the_sum() -> None:
    guard = Guard(site=site(INVERTERS))
    for seconds, lifetime in ((0, 1_000.0), (300, 5_001_000.0)):
        details = InverterDetails(report_interval_s=90_000_000)
        shown = {"a": Inverter(serial="a", energy_lifetime_wh=lifetime, details=details)}
        flows = {PRODUCTION: (Measurement(energy_lifetime_wh=lifetime),)}
        snapshot = guard.check(PollGroup.INVERTERS, Snapshot(at=T0 + seconds, flows=flows, inverters=shown), UTC)
    assert snapshot.inverters["a"].energy_lifetime_wh == 1_000
    assert snapshot.counters(PRODUCTION).energy_lifetime_wh == 1_000


# Today of the inverters, and what they say of today's production


def today_of(guard: Guard, seconds: float, lifetime_wh: float | None, today_wh: float, *, kept: bool = False) -> object:
    """Show the details of one inverter; return today's energy that is published."""
    shown = Inverter(serial="a", energy_lifetime_wh=lifetime_wh, details=InverterDetails(energy_today_wh=today_wh))
    snapshot = Snapshot(at=NOON + seconds, inverters={"a": shown}, details_kept=kept)
    return guard.check(PollGroup.INVERTERS, snapshot, UTC).inverters["a"].details.energy_today_wh


def test_today_of_an_inverter_follows_its_lifetime_and_not_the_gateways_figure() -> None:
    """A zero or a nonsense for one reading would be counted as energy (G§15.29)."""
    guard = Guard(site=site(INVERTERS))
    days = [today_of(guard, 300 * place, 9_000 + 10 * place, today) for place, today in enumerate((500, 0, 57_134))]
    assert days == [500, 510, 520]


def test_today_of_a_silent_inverter_ends_at_midnight() -> None:
    guard = Guard(site=site(INVERTERS))
    today_of(guard, 0, 9_000, 500)
    for quarter in range(1, 48):
        today_of(guard, 900 * quarter, 9_000, 500, kept=True)
    assert today_of(guard, 12 * 3600 + 1, None, 500) == 0


def test_today_of_an_inverter_goes_on_after_a_restart() -> None:
    guard = Guard(site=site(INVERTERS))
    today_of(guard, 0, 9_000, 500)
    assert today_of(restarted(guard), 300, 9_010, 3) == 510


def first_today(reported_wh: float, inverter_wh: float | None = None) -> float | None:
    """Return production's first today at noon, with three inverters that may have reported before."""
    sources = {**NET_CT, (PRODUCTION, Quantity.TODAY): Source.READINGS}
    guard = Guard(site=site(sources))
    if inverter_wh is not None:
        today_of(guard, 0, 9_000_000, inverter_wh)
    flows = {PRODUCTION: (Measurement(energy_lifetime_wh=12_000_000, energy_today_wh=reported_wh),)}
    snapshot = guard.check(PollGroup.LIVE, Snapshot(at=NOON, flows=flows), UTC)
    return snapshot.counters(PRODUCTION).energy_today_wh


def test_a_first_today_that_the_inverters_can_have_produced_is_taken() -> None:
    assert first_today(6_000) == 6_000


def test_a_first_today_above_what_the_inverters_can_produce_is_turned_away() -> None:
    assert first_today(94_000) == 0


def test_a_first_today_far_above_the_inverters_own_sum_is_turned_away() -> None:
    assert (first_today(20_000, 6_000), first_today(7_000, 6_000)) == (0, 7_000)


# Counters that may fall


@pytest.mark.parametrize(
    ("sources", "flow", "falls"),
    [
        pytest.param(NET_CT, TOTAL, True, id="computed total"),
        pytest.param(TOTAL_CT, TOTAL, False, id="measured total"),
        pytest.param(NET_CT, NET, True, id="net"),
        pytest.param(NET_CT, PRODUCTION, False, id="production"),
    ],
)
def test_a_counter_may_fall_where_it_is_a_difference(sources: Sources, flow: Flow, *, falls: bool) -> None:
    assert may_fall(site(sources), flow, Quantity.LIFETIME) is falls


def test_a_measured_total_of_a_report_may_not_fall() -> None:
    measured = {**NET_CT, (TOTAL, Quantity.ELECTRICAL): Source.READINGS}
    del measured[NET, Quantity.IMPORT_EXPORT]
    assert not may_fall(site(measured), TOTAL, Quantity.LIFETIME)


def test_total_consumption_that_falls_is_followed_in_each_phase() -> None:
    """A battery of another make feeds in, or the clamps of the two CTs are on different phases."""
    guard = Guard(site=site(NET_CT, phases=2))
    for quarter in range(10):
        lifetimes = (9_000 - 50 * quarter, 10_260 + 50 * quarter, -1_260 - 100 * quarter)
        flows = {TOTAL: tuple(Measurement(energy_lifetime_wh=lifetime) for lifetime in lifetimes)}
        snapshot = guard.check(PollGroup.REPORT, Snapshot(at=NOON + 900 * quarter, flows=flows), UTC)
        assert tuple(each.energy_lifetime_wh for each in snapshot.counted[TOTAL]) == lifetimes
    assert snapshot.counters(TOTAL).energy_today_wh == -450


# Sources


def test_another_source_goes_on_from_where_the_old_one_stood() -> None:
    guard = Guard(site=site({**NET_CT, (PRODUCTION, Quantity.LIFETIME): Source.READINGS}))
    production(guard, 0, 12_000_000)
    guard.site = site({(PRODUCTION, Quantity.POWER): Source.SUMMARY, (PRODUCTION, Quantity.LIFETIME): Source.SUMMARY})
    assert production(guard, 30, 11_000_000) == 12_000_000
    assert production(guard, 60, 11_000_100) == 12_000_100
    assert guard.events == [
        SourceChange(counter=LIFETIME, before=Origin(Source.READINGS), after=Origin(Source.SUMMARY), at=T0 + 30)
    ]


def test_another_source_that_is_not_ready_is_waited_for() -> None:
    guard = Guard(site=site(NET_CT))
    production(guard, 0, 12_000_000)
    guard.site = site({(PRODUCTION, Quantity.POWER): Source.SUMMARY, (PRODUCTION, Quantity.LIFETIME): Source.SUMMARY})
    assert [production(guard, at, value) for at, value in ((30, 0), (60, 11_000_000), (90, 11_000_001))] == [
        12_000_000,
        12_000_000,
        12_000_001,
    ]


def test_the_stored_sources_are_what_the_next_set_up_keeps() -> None:
    guard = Guard(site=site(NET_CT))
    measured = {flow: (Measurement(energy_lifetime_wh=5_000.0),) for flow in (PRODUCTION, TOTAL, NET)}
    for group in (PollGroup.LIVE, PollGroup.REPORT):
        guard.check(group, Snapshot(at=T0, flows=measured), UTC)
    assert guard.state.locked_sources() == {
        (PRODUCTION, Quantity.LIFETIME): Source.READINGS,
        (TOTAL, Quantity.LIFETIME): Source.REPORT,
        (NET, Quantity.LIFETIME): Source.READINGS,
    }


def test_a_total_put_together_of_production_and_net_goes_on_from_the_reported_one() -> None:
    """They differ by what the inverters drew at night; the gateway changed nothing, so nobody is told (G§6.8)."""
    guard = Guard(site=site(NET_CT))

    def total(seconds: float, lifetime: float, *, from_net: bool) -> float | None:
        flows = {TOTAL: (Measurement(energy_lifetime_wh=lifetime),)}
        snapshot = Snapshot(at=T0 + seconds, flows=flows, total_from_net=from_net)
        return guard.check(PollGroup.REPORT, snapshot, UTC).counters(TOTAL).energy_lifetime_wh

    assert [
        total(0, 9_000, from_net=False),
        total(300, 11_000, from_net=True),
        total(600, 11_050, from_net=True),
        total(900, 9_100, from_net=False),
        total(1_200, 11_150, from_net=True),
    ] == [9_000, 9_000, 9_050, 9_100, 9_150]
    assert guard.events == []


# Telling, storing


def test_a_jump_is_told_and_can_be_taken_in() -> None:
    guard = Guard(site=site(NET_CT))
    production(guard, 0, 12_000_000)
    for number in range(1, 33):
        published = production(guard, 30 * number, 13_691_000)
    assert published == 12_000_000
    (told,) = guard.events
    assert told == CounterEvent(counter=LIFETIME, event=Event(kind=EventKind.JUMP, amount_wh=1_691_000, at=T0 + 30))
    guard.accept_jump(told.counter, 1_691_000)
    assert production(guard, 1_000, 13_691_040) == 13_691_040


def test_every_sample_turned_away_is_counted_by_reason() -> None:
    guard = Guard(site=site(NET_CT))
    for number, value in enumerate((12_000_000, inf, -5, None, 0, 17_000_000)):
        production(guard, 30 * number, value)
    assert guard.state.rejected == {"not_a_number": 1, "negative": 1, "inactive": 1, "fall": 1, "jump": 1}


def test_powers_that_the_site_cannot_have_are_counted_as_rejected() -> None:
    guard = Guard(site=site(NET_CT))
    for group, rejected in ((PollGroup.LIVE, 2), (PollGroup.REPORT, 1), (PollGroup.LIVE, 0)):
        guard.check(group, Snapshot(at=T0, rejected_powers=rejected), UTC)
    assert restarted(guard).state.rejected == {"power": 3}


@pytest.mark.parametrize(
    "damage",
    [
        {"counters": []},
        {"counters": {"production.energy_lifetime_wh.0": {"published": "x"}}},
        {"days": {"production": {}}},
        {"balanced": {"0": {}}},
        {"origins": {"a": 5.0}},
        {"offsets": {"total_consumption.energy_lifetime_wh.0": {"report": "far"}}},
        {"rejected": {"fall": "many"}},
        {"sources": None},
        {"sources": {"production.energy_lifetime_wh.0": "the moon"}},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_damaged_store_is_not_taken_at_all(damage: dict[str, object]) -> None:
    guard = Guard(site=site(NET_CT))
    production(guard, 0, 12_000_000)
    with pytest.raises(ValueError, match=r"."):
        GuardState.from_json({**guard.state.as_json(), **damage})


def test_diagnostics_name_no_inverter() -> None:
    guard = Guard(site=site(INVERTERS))
    inverters(guard, 0, {"999911111111": 1_000, "999922222222": 2_000}, 3_000)
    assert "9999" not in json.dumps(guard.state.as_diagnostics())
    assert guard.state.as_diagnostics()["origins"] == {"1": 0.0, "2": 0.0}
