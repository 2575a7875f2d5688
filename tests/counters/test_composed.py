"""Counters computed from others: a fault of one part is no energy."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow, Measurement
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Site, Source, Sources
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.counters.composed import parts_of
from custom_components.enphase_iq_gateway.counters.counter import WRAP_WH, EventKind
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import CounterField, FlowCounter
from custom_components.enphase_iq_gateway.counters.lines import CounterEvent
from tests.support.guard import NET, PRODUCTION, T0, TOTAL, guard_site

STORAGE = Flow.STORAGE
DELIVERED, RECEIVED, LIFETIME = CounterField.DELIVERED, CounterField.RECEIVED, CounterField.LIFETIME
NET_CT: Sources = dict.fromkeys(
    [
        (PRODUCTION, Quantity.LIFETIME),
        (TOTAL, Quantity.POWER),
        (TOTAL, Quantity.LIFETIME),
        (NET, Quantity.LIFETIME),
        (NET, Quantity.IMPORT_EXPORT),
        (STORAGE, Quantity.POWER),
        (STORAGE, Quantity.IMPORT_EXPORT),
    ],
    Source.READINGS,
)
TOTAL_CT: Sources = {**NET_CT, (NET, Quantity.IMPORT_EXPORT): Source.INTEGRATED}
START = {"produced": 9e6, "imported": 5e6, "exported": 3e6, "discharged": 1e6, "charged": 1.2e6}
PER_SAMPLE = {"produced": 50.0, "imported": 20.0, "exported": 10.0, "discharged": 0.0, "charged": 30.0}
SIGNS = {"produced": 1, "imported": 1, "exported": -1, "discharged": 1, "charged": -1}
USED = 30.0  # per sample: what the parts add up to
STEP_S = 60

type Values = dict[str, float | None]


def site(sources: Sources, phase_counts: Mapping[Flow, int] | None = None) -> Site:
    """Return a gateway with these sources and 20 inverters."""
    return replace(guard_site(sources), phase_counts=phase_counts or {}, inverter_count=20)


class House:
    """A house with a net and a storage CT that uses the same energy in every sample."""

    def __init__(self, start: Mapping[str, float] = START) -> None:
        self.guard = Guard(site=site(NET_CT))
        self.counters = dict(start)
        self.number = -1

    def sample(self, **faults: float | None) -> float | None:
        """Return total consumption after the next sample, in which some counters are replaced."""
        self.number += 1
        if self.number:
            self.counters = {name: value + PER_SAMPLE[name] for name, value in self.counters.items()}
        values: Values = {**self.counters, **faults}
        parts = [None if (value := values[name]) is None else sign * value for name, sign in SIGNS.items()]
        known = [part for part in parts if part is not None]
        total = sum(known) if len(known) == len(parts) else None
        flows = {
            PRODUCTION: (Measurement(energy_lifetime_wh=values["produced"]),),
            NET: (Measurement(energy_delivered_wh=values["imported"], energy_received_wh=values["exported"]),),
            STORAGE: (Measurement(energy_delivered_wh=values["discharged"], energy_received_wh=values["charged"]),),
            TOTAL: (Measurement(energy_lifetime_wh=total),),
        }
        at = T0 + STEP_S * self.number
        snapshot = Snapshot(at=at, flows=flows, total_with_storage=True)
        return self.guard.check(PollGroup.LIVE, snapshot, UTC).counters(TOTAL).energy_lifetime_wh

    def total(self) -> float:
        """Return total consumption without any fault."""
        return sum(sign * self.counters[name] for name, sign in SIGNS.items())

    def events(self) -> list[tuple[FlowCounter, EventKind]]:
        """Return which counters had which event."""
        events = [event for event in self.guard.take_events() if isinstance(event, CounterEvent)]
        return [(event.counter, event.event.kind) for event in events if isinstance(event.counter, FlowCounter)]


@pytest.mark.parametrize("share", [None, 0.0, 0.5, 0.9995, 1.01, 2.0])
@pytest.mark.parametrize("part", SIGNS)
@pytest.mark.parametrize("samples", [1, 10])
def test_a_total_stands_while_one_of_its_parts_is_lost(part: str, share: float | None, samples: int) -> None:
    """The energy meanwhile is counted when the part is back; what it lacked or had too much is none."""
    house = House()
    for _ in range(3):
        published = house.sample()
    assert published is not None
    for _ in range(samples):
        lost = house.counters[part] * share if share is not None else None
        assert house.sample(**{part: lost}) == pytest.approx(published, abs=0.001)
    assert house.sample() == pytest.approx(house.total(), abs=0.001)
    assert house.events() == []


def test_both_counters_of_a_storage_ct_that_loses_a_channel_change_nothing() -> None:
    """The errors of both nearly cancel out, so that their sum may look like energy (G§9)."""
    house = House()
    published = house.sample()
    for _ in range(10):
        assert house.sample(discharged=500_000, charged=500_100) == published
    assert house.sample() == house.total()


@pytest.mark.parametrize("part", SIGNS)
@pytest.mark.parametrize("step_wh", [-800_000.0, 2_000_000.0, -WRAP_WH])
def test_a_total_goes_on_where_a_part_goes_on_on_another_line(part: str, step_wh: float) -> None:
    """At most the energy of the time in which the part was held is missing."""
    house = House({name: value + WRAP_WH for name, value in START.items()})
    published = house.sample()
    assert published is not None
    house.counters[part] += step_wh
    counted = [house.sample() for _ in range(30)]
    assert counted[-1] == pytest.approx(published + 30 * USED, abs=2 * PER_SAMPLE[part] + 0.001)
    assert all(counter != FlowCounter(TOTAL, LIFETIME) for counter, _ in house.events())


@pytest.mark.parametrize("part", ["imported", "charged"])
def test_a_part_that_begins_again_at_zero_leaves_its_total_where_it_was(part: str) -> None:
    house = House()
    published = house.sample()
    assert published is not None
    house.counters[part] = -PER_SAMPLE[part] + 1
    counted = [house.sample() for _ in range(30)]
    assert counted[-1] == pytest.approx(published + 30 * USED, abs=2 * PER_SAMPLE[part])
    assert [kind for _, kind in house.events()] == [EventKind.RESET]


def test_a_jump_that_was_energy_is_energy_of_the_house() -> None:
    house = House()
    house.sample()
    house.counters["imported"] += 2_000_000
    for _ in range(30):
        published = house.sample()
    assert published is not None
    house.guard.accept_jump(FlowCounter(NET, DELIVERED), 2_000_000)
    assert house.sample() == pytest.approx(published + 2_000_000 + USED)


def test_a_battery_that_was_never_discharged_delays_nothing() -> None:
    house = House({**START, "discharged": 0.0})
    assert house.sample() == house.total()
    assert house.sample() == house.total()


def test_a_part_that_was_not_ready_at_set_up_is_no_energy() -> None:
    house = House()
    published = house.sample(charged=0.0, discharged=0.0)
    assert published is not None
    assert house.sample() == pytest.approx(published + USED + PER_SAMPLE["charged"])


def test_net_consumption_of_a_total_ct_stands_while_production_is_lost() -> None:
    guard = Guard(site=site(TOTAL_CT))

    def net(number: int, produced: float) -> float | None:
        total = 9e6 + 30 * number
        flows = {
            PRODUCTION: (Measurement(energy_lifetime_wh=produced),),
            TOTAL: (Measurement(energy_lifetime_wh=total),),
            NET: (Measurement(energy_lifetime_wh=total - produced),),
        }
        snapshot = Snapshot(at=T0 + STEP_S * number, flows=flows)
        return guard.check(PollGroup.LIVE, snapshot, UTC).counters(NET).energy_lifetime_wh

    assert [net(0, 5_000), net(1, 4_000), net(2, 5_020)] == [9e6 - 5_000, 9e6 - 5_000, 9e6 + 60 - 5_020]


def test_a_phase_is_computed_from_the_cts_that_measure_it() -> None:
    phases = {PRODUCTION: 1, NET: 3, TOTAL: 3, STORAGE: 2}
    found = [parts_of(site(NET_CT, phases), TOTAL, phase) for phase in (0, 1, 2, 3)]
    grid = [{FlowCounter(NET, DELIVERED, phase): 1, FlowCounter(NET, RECEIVED, phase): -1} for phase in range(4)]
    storage = [
        {FlowCounter(STORAGE, DELIVERED, phase): 1, FlowCounter(STORAGE, RECEIVED, phase): -1} for phase in range(3)
    ]
    produced = {FlowCounter(PRODUCTION, LIFETIME): 1}
    assert found == [
        {**grid[0], **produced, **storage[0]},
        {**grid[1], **produced, **storage[1]},
        {**grid[2], **storage[2]},
        grid[3],
    ]


def test_a_total_of_the_report_has_no_parts() -> None:
    assert parts_of(site({**NET_CT, (TOTAL, Quantity.LIFETIME): Source.REPORT}), TOTAL, 0) == {}
