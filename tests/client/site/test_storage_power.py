"""The power of storage where no CT measures it (S§3, S§21)."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import ENSEMBLE_POWER, LIVE_DATA
from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.site import Quantity, Source
from custom_components.enphase_iq_gateway.client.site.storage_power import without_ct
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite
from custom_components.enphase_iq_gateway.client.storage_models import BatteryPower, LiveData, LivePower
from tests.support.guard import guard_site

SITES: Final = {
    source: replace(
        guard_site({(Flow.STORAGE, Quantity.POWER): source}), storage=StorageSite(batteries=frozenset({"1111", "2222"}))
    )
    for source in (Source.LIVE_DATA, Source.BATTERIES, Source.READINGS)
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
