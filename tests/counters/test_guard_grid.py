"""Import and export: of a total CT, from one CT to another, and balanced over the phases."""

from dataclasses import replace
from datetime import UTC
import json

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.state import GuardState
from tests.support.counters import settled
from tests.support.guard import (
    NET,
    NET_CT,
    PRODUCTION,
    T0,
    TOTAL,
    TOTAL_CT,
    balanced,
    check_net,
    check_totals,
    guard_site,
    import_export,
    restart_guard,
)

# Import and export of a total CT


def test_import_and_export_begin_at_zero() -> None:
    assert import_export(check_totals(Guard(site=guard_site(TOTAL_CT)), 0, (9_000, 5_000))[0]) == (0, 0)


def test_import_is_the_rise_of_consumption_above_that_of_production() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (9_000, 5_000))
    assert import_export(check_totals(guard, 30, (9_050, 5_020))[0]) == (30, 0)
    measured = check_totals(guard, 60, (9_060, 5_090))[0]
    assert import_export(measured) == balanced(measured) == (30, 60)


def test_each_phase_imports_and_exports_on_its_own_and_balanced_together() -> None:
    guard = Guard(site=guard_site(TOTAL_CT, phases=2))
    check_totals(guard, 0, (9_000, 5_000), (6_000, 2_500), (3_000, 2_500))
    measured = check_totals(guard, 30, (9_060, 5_050), (6_050, 2_520), (3_010, 2_530))
    assert [import_export(each) for each in measured] == [(10, 0), (30, 0), (0, 20)]
    assert [balanced(each) for each in measured] == [(10, 0), (None, None), (None, None)]


def test_a_phase_without_a_production_ct_only_imports() -> None:
    two = replace(guard_site(TOTAL_CT, phases=2), phase_counts={**dict.fromkeys(Flow, 2), PRODUCTION: 1})
    guard = Guard(site=two)
    flows = {TOTAL: tuple(Measurement(energy_lifetime_wh=each) for each in (9_000, 6_000, 3_000))}
    for seconds, rise in ((0, 0), (30, 40)):
        flows = {
            TOTAL: tuple(Measurement(energy_lifetime_wh=each + rise) for each in (9_000, 6_000, 3_000)),
            PRODUCTION: (Measurement(energy_lifetime_wh=5_000 + 2 * rise),),
        }
        measured = guard.check(PollGroup.LIVE, Snapshot(at=T0 + seconds, flows=flows), UTC).counted[NET]
    assert [import_export(each) for each in measured] == [(0, 40), (0, 40), (40, 0)]


def test_import_and_export_stand_while_a_counter_is_missing_and_lose_nothing() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (9_000, 5_000))
    assert import_export(check_totals(guard, 30, (9_050, None))[0]) == (0, 0)
    assert import_export(check_totals(guard, 60, (9_100, 5_020))[0]) == (80, 0)


def test_a_glitch_of_one_counter_is_no_import() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (9_000_000, 5_000_000))
    assert import_export(check_totals(guard, 30, (9_000_050, 0))[0]) == (0, 0)
    assert import_export(check_totals(guard, 60, (17_000_000, 5_000_060))[0]) == (0, 0)
    assert import_export(check_totals(guard, 90, (9_000_150, 5_000_090))[0]) == (60, 0)


def test_import_goes_on_over_a_restart_without_loss() -> None:
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (9_000, 5_000))
    assert import_export(check_totals(restart_guard(guard), 30, (9_050, 5_020))[0]) == (30, 0)


def test_energy_that_an_earlier_version_integrated_from_power_continues_without_a_jump() -> None:
    guard = Guard(site=guard_site(TOTAL_CT, phases=2))
    check_totals(guard, 0, (9_000, 5_000), (6_000, 2_500), (3_000, 2_500))
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
    assert import_export(check_totals(later, 30, (9_000, 5_000), (6_000, 2_500), (3_000, 2_500))[0]) == (740, 320)
    measured = check_totals(later, 60, (9_060, 5_050), (6_050, 2_520), (3_010, 2_530))
    assert [import_export(each) for each in measured] == [(750, 320), (730, 20), (40, 320)]


def test_a_net_ct_instead_of_a_total_ct_goes_on_from_what_was_counted() -> None:
    """An installer can turn the CT round; the counters change their source, not their value."""
    guard = Guard(site=guard_site(TOTAL_CT))
    check_totals(guard, 0, (9_000, 5_000))
    check_totals(guard, 30, (9_050, 5_020))
    guard.site = guard_site(NET_CT)
    measured = check_net(guard, 60, 5_000_000, 2_000_000)
    assert (import_export(measured), balanced(measured)) == ((30, 0), (30, 0))
    measured = check_net(guard, 90, 5_000_070, 2_000_020)
    assert (import_export(measured), balanced(measured)) == ((100, 20), (80, 0))


def test_a_total_ct_instead_of_a_net_ct_goes_on_from_what_was_counted() -> None:
    guard = Guard(site=guard_site(NET_CT))
    check_net(guard, 0, 5_000_000, 2_000_000)
    guard.site = guard_site(TOTAL_CT)
    assert import_export(check_totals(guard, 30, (9_000, 5_000))[0]) == (5_000_000, 2_000_000)
    assert import_export(check_totals(guard, 60, (9_050, 5_020))[0]) == (5_000_030, 2_000_000)


# Balanced import and export of a net CT


def test_balanced_import_and_export_begin_at_zero() -> None:
    assert balanced(check_net(Guard(site=guard_site(NET_CT)), 0, 5_000_000, 2_000_000)) == (0, 0)


def test_phases_are_balanced_between_two_samples() -> None:
    """One phase draws while another feeds in: the CT counts both, a utility meter the difference (G§9)."""
    guard = Guard(site=guard_site(NET_CT, phases=2))
    check_net(guard, 0, 5_000_000, 2_000_000)
    assert balanced(check_net(guard, 30, 5_000_070, 2_000_020)) == (50, 0)
    assert balanced(check_net(guard, 60, 5_000_080, 2_000_060)) == (50, 30)
