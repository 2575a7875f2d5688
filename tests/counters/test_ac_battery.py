"""The counters of AC Batteries pass the guard."""

from custom_components.enphase_iq_gateway.client.storage_models import AcBattery
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import (
    AcBatteryCounter,
    CounterField,
    counter_of,
    parse_counter_key,
    unique_id,
)
from custom_components.enphase_iq_gateway.counters.shift import Shifts, continue_from_another_gateway, shift
from tests.support.guard import INVERTERS, T0, guard_site, restart_guard

SERIAL = "121900000001"
DISCHARGED = AcBatteryCounter(SERIAL, CounterField.DELIVERED)
CHARGED = AcBatteryCounter(SERIAL, CounterField.RECEIVED)
QUARTER_S = 900


def check(
    guard: Guard,
    quarter: int,
    discharged: float | None,
    charged: float | None = 71_600.0,
    *,
    since: int | None = 1,
    late_s: float = 0.0,
) -> tuple[float | None, float | None]:
    """Check one report of a battery; return the published discharged and charged energy."""
    at = T0 + quarter * QUARTER_S
    battery = AcBattery(
        serial=SERIAL,
        last_reported=int(at),
        energy_discharged_wh=discharged,
        energy_charged_wh=charged,
        counted_since=since,
    )
    checked = guard.check_ac_batteries({SERIAL: battery}, at + late_s)[SERIAL]
    return checked.energy_discharged_wh, checked.energy_charged_wh


def new_guard() -> Guard:
    """Return a guard that has checked one report."""
    guard = Guard(site=guard_site(INVERTERS))
    assert check(guard, 0, 58_900.0) == (58_900, 71_600)
    return guard


def test_the_counters_follow_the_reports() -> None:
    assert check(new_guard(), 1, 58_960.0, 71_610.0) == (58_960, 71_610)


def test_a_zero_is_held() -> None:
    guard = new_guard()
    assert check(guard, 1, 0.0, 0.0) == (58_900, 71_600)
    assert check(guard, 2, 58_960.0, 71_610.0) == (58_960, 71_610)


def test_reading_the_same_report_again_confirms_nothing() -> None:
    guard = new_guard()
    for late_s in range(0, 3 * QUARTER_S, 60):
        assert check(guard, 1, 90_000.0, late_s=late_s) == (58_900, 71_600)


def test_without_a_value_the_counters_stand() -> None:
    assert check(new_guard(), 1, None, None) == (58_900, 71_600)


def test_a_record_that_was_made_anew_continues_from_the_last_value() -> None:
    guard = restart_guard(new_guard())
    assert check(guard, 1, 5.0, 0.0, since=2) == (58_905, 71_600)
    assert check(guard, 2, 65.0, 30.0, since=2) == (58_965, 71_630)


def test_another_date_of_the_same_record_changes_nothing() -> None:
    """Either clock may be set, and a date without counters proves nothing."""
    guard = new_guard()
    assert check(guard, 1, 58_960.0, 71_610.0, since=3600) == (58_960, 71_610)
    assert check(guard, 2, None, None, since=7200) == (58_960, 71_610)
    assert check(guard, 3, 5.0, 0.0, since=7200) == (58_965, 71_610)


def test_a_battery_without_any_record_has_no_counters() -> None:
    assert check(Guard(site=guard_site(INVERTERS)), 0, None, None, since=None) == (None, None)


def test_keys_are_stored_as_text_and_belong_to_entities() -> None:
    for key, name in ((DISCHARGED, "energy_discharged"), (CHARGED, "energy_charged")):
        assert parse_counter_key(str(key)) == key
        assert unique_id(key, "122300000001") == f"{SERIAL}_{name}"
        assert counter_of(f"{SERIAL}_{name}", "122300000001") == key


def test_a_counter_can_continue_from_that_of_another_integration() -> None:
    guard = new_guard()
    shift(guard.state, Shifts(counters={DISCHARGED: 1000.0}, days={}))
    assert check(guard, 1, 58_960.0, 71_610.0) == (59_960, 71_610)


def test_a_replaced_gateway_continues_from_the_last_values() -> None:
    guard = new_guard()
    continue_from_another_gateway(guard.state)
    assert check(guard, 1, 10.0, 20.0) == (58_900, 71_600)
    assert check(guard, 2, 70.0, 30.0) == (58_960, 71_610)


def test_diagnostics_have_no_serials() -> None:
    shown = str(new_guard().state.as_diagnostics())

    assert SERIAL not in shown
    assert str(DISCHARGED).replace(SERIAL, "1") in shown
