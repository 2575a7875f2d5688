"""The lines of the counters: each continues without a step where its source changes or the gateway is replaced."""

from dataclasses import dataclass, field, replace

from ..client.site.site import Source
from .allowance import Limits
from .counter import CONFIRM_S, LARGEST_WH, Event, follow as follow_counter, rebase, step as counter_step
from .counter_state import CounterState
from .key import CounterKey, FlowCounter, may_be_negative
from .origin import WITH_STORAGE, Origin, Variant
from .state import GuardState


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterEvent:
    """What happened to one counter."""

    counter: CounterKey
    event: Event


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange:
    """A counter continues from another origin, because the one it had is gone."""

    counter: CounterKey
    before: Origin
    after: Origin
    at: float


@dataclass(kw_only=True, slots=True)
class Lines:
    """Checks single counters of one gateway and keeps their state."""

    state: GuardState
    events: list[CounterEvent | SourceChange] = field(default_factory=list[CounterEvent | SourceChange])
    """What has happened since the last `Guard.take_events`."""
    before: dict[CounterKey, CounterState] = field(default_factory=dict[CounterKey, CounterState])
    """The counters before this snapshot, without those that have changed their source in it."""
    _zero_since: dict[CounterKey, float] = field(default_factory=dict[CounterKey, float])
    """Since when the first values of another gateway are zero, by counter."""

    def follow(self, key: FlowCounter, value: float | None, at: float, source: Source) -> float | None:
        """Return a counter that is computed from what is checked already, and needs no check of its own."""
        state, origin = self.state.counters.get(key), Origin(source)
        if value is None:
            return state.published if state else None
        if state is None:
            # It may begin at zero; in other counters a first zero may be a gateway that is not ready.
            state = rebase(CounterState(), value, at)
        elif state.recovered:
            state = rebase(state, value, at)
        elif self.state.origins.get(key, origin) != origin:
            state = self.continue_from(key, state, value, at, origin)
            self.before.pop(key, None)
        self.state.counters[key] = follow_counter(state, value, at)
        self.state.origins[key] = origin
        return self.state.counters[key].published

    def check_from(
        self, key: FlowCounter, value: float | None, at: float, limits: Limits, origin: Origin
    ) -> float | None:
        """Check one sample, and continue without a step where it comes from another origin than the last one."""
        if value is not None and self.waits_for_restart(key, value, at):
            return self.state.counters[key].published
        state = self.state.counters.get(key)
        if value is not None:
            before = self.state.origins.get(key, origin)
            if state is not None and before != origin:
                if value == 0 or not _is_energy(key, value):
                    # The gateway is not ready: continuing from that would make a jump of the next value.
                    return state.published
                self.state.counters[key] = self.continue_from(key, state, value, at, origin)
                self.before.pop(key, None)
            self.state.origins[key] = origin
        elif state is None:
            return None
        return self.check(key, value, at, limits)

    def waits_for_restart(self, key: CounterKey, value: float, at: float) -> bool:
        """Continue from the first value of another gateway; return whether to wait, because a zero has to last."""
        if key not in self.state.restart or not _is_energy(key, value):
            return False
        if value == 0 and at - self._zero_since.setdefault(key, at) < CONFIRM_S:
            return True
        self.state.restart.discard(key)
        self.state.counters[key] = rebase(self.state.counters[key], value, at)
        self.before.pop(key, None)
        return False

    def continue_from(
        self, key: FlowCounter, state: CounterState, value: float, at: float, origin: Origin
    ) -> CounterState:
        """Return the state of a counter whose first value from `origin` is `value`.

        A gateway may go back and forth between a total of its own and one that is computed from net. The change to the
        latter costs the energy since the last sample, until the gateway's own total is back on its line. The computed
        one has no line of its own: it is further away with every night, by what the inverters consume.
        """
        before = self.state.origins[key]
        if WITH_STORAGE & {before.variant, origin.variant}:
            # Storage or its CT has come or gone: the total means something else from now on, and nothing is wrong.
            return rebase(state, value, at)
        if Variant.TOTAL_FROM_NET not in {before.variant, origin.variant}:
            self.events.append(SourceChange(counter=key, before=before, after=origin, at=at))
            return rebase(state, value, at)
        offsets = self.state.offsets.setdefault(key, {})
        offsets[before] = state.offset
        if origin in offsets and origin.variant is not Variant.TOTAL_FROM_NET:
            return replace(state, offset=offsets[origin], held=None)
        return rebase(state, value, at)

    def check(self, key: CounterKey, value: float | None, at: float, limits: Limits) -> float | None:
        """Check one sample, and return the value to publish."""
        step = counter_step(value, at, limits, self.state.counters.get(key))
        self.state.counters[key] = step.state
        if step.reason is not None:
            self.state.rejected[step.reason] += 1
        if step.event is not None:
            self.state.offsets.pop(key, None)
            self.events.append(CounterEvent(counter=key, event=step.event))
        return step.publish

    def check_device(self, key: CounterKey, value: float, at: float, limits: Limits) -> float | None:
        """Check one sample of a device, which may be that of another gateway."""
        if self.waits_for_restart(key, value, at):
            return self.state.counters[key].published
        return self.check(key, value, at, limits)


def _is_energy(key: CounterKey, value: float) -> bool:
    """Return whether a counter can have this value, which its check would reject otherwise."""
    return abs(value) <= LARGEST_WH and (value >= 0 or may_be_negative(key))
