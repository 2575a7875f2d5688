"""The power of storage where no CT measures it (S§3, S§21)."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    ENSEMBLE_POWER,
    LIVE_DATA,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.gateway_clock import GatewayClock
from custom_components.enphase_iq_gateway.client.models import Flow, Measurement, Report
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.site import Quantity, Source
from custom_components.enphase_iq_gateway.client.site.storage_power import without_ct, without_stale_ac_batteries
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite
from custom_components.enphase_iq_gateway.client.storage_models import (
    BatteryPower,
    LiveData,
    LivePower,
    ReportedStorage,
)
from tests.support.answers import NOW
from tests.support.guard import guard_site
from tests.support.models import report

SITES: Final = {
    source: replace(
        guard_site({(Flow.STORAGE, Quantity.POWER): source}), storage=StorageSite(batteries=frozenset({"1111", "2222"}))
    )
    for source in (Source.LIVE_DATA, Source.BATTERIES, Source.AC_BATTERIES, Source.READINGS)
}
NOTHING: Final = Documents(info=SITES[Source.LIVE_DATA].info)


def powers(**powers_w: float | None) -> Documents:
    """Return what the batteries report."""
    rows = {name[1:]: BatteryPower(serial=name[1:], power_w=power_w) for name, power_w in powers_w.items()}
    return NOTHING.with_answer(ENSEMBLE_POWER, rows)


@pytest.mark.parametrize("source", SITES)
def test_without_an_answer_there_is_no_power(source: Source) -> None:
    assert without_ct(SITES[source], NOTHING) == {}


def test_live_data_that_are_only_the_last_known_have_no_power() -> None:
    known = LiveData(storage=LivePower(total_w=-500.0))
    site = SITES[Source.LIVE_DATA]

    assert without_ct(site, NOTHING.with_answer(LIVE_DATA, known)) == {Flow.STORAGE: (Measurement(power_w=-500.0),)}
    assert without_ct(site, NOTHING.with_answer(LIVE_DATA, replace(known, is_last_known=True))) == {}


@pytest.mark.parametrize(
    ("reported", "total_w"),
    [
        (powers(s1111=-300.0, s2222=100.0), -200.0),
        (powers(s1111=-300.0, s2222=None), None),
        (powers(s1111=-300.0), None),
    ],
)
def test_the_power_of_the_batteries_is_unknown_while_one_is_missing(reported: Documents, total_w: float | None) -> None:
    assert without_ct(SITES[Source.BATTERIES], reported) == {Flow.STORAGE: (Measurement(power_w=total_w),)}


def test_a_storage_ct_is_not_replaced() -> None:
    assert without_ct(SITES[Source.READINGS], powers(s1111=-300.0, s2222=100.0)) == {}


AC_BATTERIES: Final = ReportedStorage(
    count=2, power_w=260.0, available_energy_wh=930.0, state_of_charge_percent=38.0, reading_time=NOW - 1800
)


@pytest.mark.parametrize("endpoint", [REPORT, REPORT_DETAILED])
def test_ac_batteries_are_in_the_report_until_it_repeats_them_for_too_long(endpoint: Endpoint[Report]) -> None:
    """S§31: it may repeat values that are days old."""
    documents = replace(NOTHING, report_endpoint=endpoint).with_answer(
        endpoint, replace(report(), storage=AC_BATTERIES)
    )
    site = SITES[Source.AC_BATTERIES]

    fresh, stale, ahead = (
        without_stale_ac_batteries(documents, GatewayClock(at=NOW + late_s, ahead_s=0.0)) for late_s in (0, 1, -2101)
    )

    assert without_ct(site, fresh) == {Flow.STORAGE: (Measurement(power_w=260.0),)}
    assert without_ct(site, stale) == without_ct(site, ahead) == {}
