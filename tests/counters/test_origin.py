"""Total consumption when storage begins or ceases to count in it."""

from datetime import UTC

import pytest

from custom_components.enphase_iq_gateway.client.models import Measurement
from custom_components.enphase_iq_gateway.client.site.site import Quantity, Source, Sources
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.origin import Origin, Variant, origin_of
from tests.support.guard import NET, T0, TOTAL, guard_site

REPORTED: Sources = {
    (NET, Quantity.IMPORT_EXPORT): Source.READINGS,
    (TOTAL, Quantity.LIFETIME): Source.REPORT,
}
FROM_READINGS: Sources = {**REPORTED, (TOTAL, Quantity.LIFETIME): Source.READINGS}


def total(guard: Guard, seconds: float, lifetime: float, *, with_storage: bool) -> tuple[float | None, float | None]:
    """Return lifetime and today of total consumption after a sample."""
    group = guard.site.group(TOTAL, Quantity.LIFETIME)
    assert group is not None
    flows = {TOTAL: (Measurement(energy_lifetime_wh=lifetime),)}
    snapshot = Snapshot(at=T0 + seconds, flows=flows, total_with_storage=with_storage)
    checked = guard.check(group, snapshot, UTC).counters(TOTAL)
    return checked.energy_lifetime_wh, checked.energy_today_wh


@pytest.mark.parametrize(
    ("sources", "with_storage", "text"),
    [
        (FROM_READINGS, True, "readings.total_with_storage"),
        (FROM_READINGS, False, "readings.net_consumption"),
        (REPORTED, False, "report.net_consumption"),
    ],
)
def test_a_total_with_storage_has_an_origin_of_its_own(sources: Sources, text: str, *, with_storage: bool) -> None:
    origin = origin_of(
        guard_site(sources), TOTAL, Quantity.LIFETIME, total_from_net=False, total_with_storage=with_storage
    )
    assert (str(origin), Origin.parse(text)) == (text, origin)


def test_net_consumption_has_no_storage_in_it() -> None:
    origin = origin_of(
        guard_site(FROM_READINGS), NET, Quantity.IMPORT_EXPORT, total_from_net=False, total_with_storage=True
    )
    assert origin == Origin(Source.READINGS, Variant.NET_CT)


@pytest.mark.parametrize("before", [REPORTED, FROM_READINGS], ids=["report", "readings"])
@pytest.mark.parametrize("storage_wh", [-1_000_000, -1_000, 1_000, 1_000_000])
def test_a_total_without_storage_is_continued_with_storage(before: Sources, storage_wh: float) -> None:
    """Nothing is counted and nothing reported, whatever the battery has charged and discharged so far."""
    guard = Guard(site=guard_site(before))
    total(guard, 0, 5_000_000, with_storage=False)
    total(guard, 30, 5_000_010, with_storage=False)
    guard.site = guard_site(FROM_READINGS)

    assert [
        total(guard, seconds, 5_000_010 + storage_wh + seconds - 60, with_storage=True) for seconds in (60, 90, 120)
    ] == [(5_000_010, 10), (5_000_040, 40), (5_000_070, 70)]
    assert guard.events == []


def test_storage_that_comes_and_goes_is_never_counted_for_the_time_without_it() -> None:
    """Unlike two totals of the gateway, the distance between these two changes all the time."""
    guard = Guard(site=guard_site(FROM_READINGS))
    samples = (
        (5_000_000, False),
        (4_000_000, True),
        (5_000_500, False),
        (4_003_000, True),
        (4_003_010, True),
    )
    assert [
        total(guard, 30 * number, lifetime, with_storage=with_storage)[0]
        for number, (lifetime, with_storage) in enumerate(samples)
    ] == [5_000_000, 5_000_000, 5_000_000, 5_000_000, 5_000_010]
    assert guard.events == []
