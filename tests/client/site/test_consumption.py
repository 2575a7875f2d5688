"""Consumption that is computed from several CTs: its phases, and storage."""

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from custom_components.enphase_iq_gateway.client.site.snapshot import NOTHING
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_live, measure_report
from tests.support.models import (
    NOW,
    PRODUCTION as PRODUCTION_CT,
    READINGS as BOTH_READINGS,
    changed,
    house,
    metered,
    meters,
    reading,
    report,
    reported,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


def on_phases(count: int, powers: tuple[float, ...]) -> tuple[Measurement, tuple[Measurement, ...]]:
    """Return a CT on some phases with its three channels; one on a single phase has no voltage on the others."""
    channels = tuple(
        Measurement(power_w=power, voltage_v=230.0, energy_delivered_wh=1000.0 * power, energy_received_wh=0.0)
        if number < count
        else Measurement(power_w=-0.2, voltage_v=3.0)
        for number, power in enumerate((*powers, 0.0, 0.0, 0.0)[:3])
    )
    total = Measurement(
        power_w=sum(powers), voltage_v=230.0 * count, energy_delivered_wh=1000.0 * sum(powers), energy_received_wh=0.0
    )
    return total, channels


@pytest.mark.parametrize(
    ("produced", "drawn", "total"),
    [
        ((1500.0,), (-1000.0, 200.0), (700.0, 500.0, 200.0)),
        ((1500.0,), (-1000.0, 200.0, 800.0), (1500.0, 500.0, 200.0, 800.0)),
        ((900.0, 600.0), (-800.0, 200.0, 800.0), (1700.0, 100.0, 800.0, 800.0)),
        ((500.0, 500.0, 500.0), (-1000.0,), (500.0,)),
    ],
)
def test_a_total_has_the_phases_of_the_consumption_ct(
    produced: tuple[float, ...], drawn: tuple[float, ...], total: tuple[float, ...]
) -> None:
    """A phase without a production CT has no production to add."""
    (production, production_channels), (net, net_channels) = (
        on_phases(len(powers), powers) for powers in (produced, drawn)
    )
    documents = changed(
        metered(),
        meters=(*meters(PRODUCTION, phases=len(produced)), *meters(NET, phases=len(drawn))),
        readings=(reading(PRODUCTION, production, *production_channels), reading(NET, net, *net_channels)),
        report=None,
    )

    snapshot = measure_live(documents)

    assert tuple(part.power_w for part in snapshot.flows[TOTAL]) == total
    assert snapshot.measurement(NET).voltage_v == 230.0


def test_a_total_below_zero_is_shown() -> None:
    """Something feeds in that the production CT does not measure."""
    (production, production_channels), (net, net_channels) = on_phases(1, (1288.0,)), on_phases(1, (-1554.0,))
    documents = changed(
        metered(),
        readings=(reading(PRODUCTION, production, *production_channels), reading(NET, net, *net_channels)),
        report=None,
    )

    total = measure_live(documents).measurement(TOTAL)

    assert (total.power_w, total.energy_lifetime_wh) == (-266.0, -266_000.0)


def test_the_reported_total_has_the_phases_of_the_consumption_ct() -> None:
    lines = [Measurement(power_w=power, voltage_v=230.0, apparent_power_va=500.0) for power in (500.0, 200.0, 800.0)]
    total = Measurement(power_w=1500.0, voltage_v=690.0, apparent_power_va=4500.0)
    documents = changed(
        metered(),
        meters=(*meters(PRODUCTION), *meters(NET, phases=3)),
        report=report({**house(), TOTAL: reported(total, *lines)}),
    )

    found = measure_report(documents).flows[TOTAL]

    assert len(found) == 4
    assert (found[0].voltage_v, found[0].apparent_power_va) == (230.0, 1500.0)


STORAGE_CT = Measurement(
    power_w=-1500.0, voltage_v=230.0, energy_delivered_wh=4_000.0, energy_received_wh=5_000.0, apparent_power_va=1600.0
)


def with_storage(storage: Measurement = STORAGE_CT) -> Documents:
    """Return the documents of a gateway with a production, a net and a storage CT."""
    return changed(
        metered(),
        meters=meters(PRODUCTION, NET, Flow.STORAGE),
        readings=(*BOTH_READINGS, reading(Flow.STORAGE, storage)),
    )


def test_consumption_is_what_the_house_uses() -> None:
    """It is production + net + storage, which is negative while the battery charges (S§23)."""
    snapshot = measure_live(with_storage())

    assert snapshot.measurement(TOTAL) == Measurement(power_w=500.0, energy_lifetime_wh=39_000.0)
    assert snapshot.total_with_storage
    assert not measure_live(metered()).total_with_storage


def test_consumption_is_unknown_while_the_storage_ct_has_no_reading() -> None:
    documents = changed(with_storage(), readings=BOTH_READINGS)

    assert measure(decide(with_storage()), PollGroup.LIVE, documents, NOW).measurement(TOTAL) == NOTHING


def test_the_report_has_no_total_of_a_site_with_storage() -> None:
    assert measure_report(with_storage()).measurement(TOTAL) == NOTHING


def test_a_disabled_storage_ct_adds_nothing() -> None:
    documents = changed(with_storage(), meters=meters(PRODUCTION, NET, disabled=(Flow.STORAGE,)))

    assert measure_live(documents).measurement(TOTAL).power_w == 2000.0


def test_a_total_ct_measures_the_house_and_storage_is_not_drawn_from_the_grid() -> None:
    total = Measurement(power_w=4000.0, energy_delivered_wh=70_000.0, energy_received_wh=0.0)
    documents = changed(
        metered(),
        meters=meters(PRODUCTION, TOTAL, Flow.STORAGE),
        readings=(reading(PRODUCTION, PRODUCTION_CT), reading(TOTAL, total), reading(Flow.STORAGE, STORAGE_CT)),
    )

    snapshot = measure_live(documents)

    assert snapshot.measurement(TOTAL).power_w == 4000.0
    assert snapshot.measurement(NET).power_w == 2500.0
    assert not snapshot.total_with_storage
