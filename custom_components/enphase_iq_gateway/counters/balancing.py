"""The checked counters of a site that balanced import and export are made of."""

from dataclasses import replace

from ..client.models import Flow, Measurement
from ..client.site.site import Quantity, Site, Source
from .balanced import BalancedState, Sample, step
from .key import EXPORT, IMPORT, PRODUCTION, TOTAL_CONSUMPTION
from .state import GuardState


def measured_by_ct(site: Site) -> Flow | None:
    """Return the consumption that the CT measures, total or net; None without import and export."""
    source = site.sources.get((Flow.NET_CONSUMPTION, Quantity.IMPORT_EXPORT))
    if source is None:
        return None
    return Flow.TOTAL_CONSUMPTION if source is Source.INTEGRATED else Flow.NET_CONSUMPTION


def balance_phase(site: Site, state: GuardState, measured: Flow, phase: int) -> BalancedState | None:
    """Return the balanced counters of one phase and store them; None while a counter behind them has no value.

    `measured` is the consumption that the CT measures, total or net.
    """
    plus, minus = samples(site, state, measured, phase)
    before = state.balanced.get(phase)
    if before is None:
        if plus is None or minus is None:
            return None
        before = BalancedState(began_at=plus.at)
    group = site.group(measured, Quantity.LIFETIME)
    together = measured is Flow.NET_CONSUMPTION or group is site.group(Flow.PRODUCTION, Quantity.LIFETIME)
    state.balanced[phase] = step(measured, plus, minus, before, together=together)
    return state.balanced[phase]


def samples(site: Site, state: GuardState, measured: Flow, phase: int) -> tuple[Sample | None, Sample | None]:
    """Return the last samples of the counters that net energy adds to and subtracts from."""
    if measured is Flow.NET_CONSUMPTION:
        return Sample.of(state.counters.get(IMPORT)), Sample.of(state.counters.get(EXPORT))
    plus = Sample.of(state.counters.get(TOTAL_CONSUMPTION.at(phase)))
    return plus, plus and _production(site, state, phase, plus.at)


def _production(site: Site, state: GuardState, phase: int, at: float) -> Sample | None:
    """Return the production of a phase, which is 0 where the production CT has fewer phases."""
    count = site.phase_counts.get(Flow.PRODUCTION, 1)
    if phase > count:
        return Sample(value=0.0, at=at)
    own_phase = phase if count > 1 else 0
    return Sample.of(state.counters.get(PRODUCTION.at(own_phase)))


def with_balanced(measurement: Measurement, balanced: BalancedState | None) -> Measurement:
    """Return the counters of net consumption with balanced import and export."""
    if balanced is None:
        return measurement
    return replace(
        measurement,
        energy_import_balanced_wh=balanced.import_wh,
        energy_export_balanced_wh=balanced.export_wh,
        energy_balanced_reset_at=balanced.began_at,
    )
