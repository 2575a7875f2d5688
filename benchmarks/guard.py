"""The guard's cost per sample on the normal path; fails above 2 microseconds. Run: `python -m benchmarks.guard`."""

import gc
import sys
import time

from custom_components.enphase_iq_gateway.counters.allowance import Limits
from custom_components.enphase_iq_gateway.counters.counter import step
from custom_components.enphase_iq_gateway.counters.counter_state import CounterState

BUDGET_US = 2.0  # per sample
SAMPLES = 100_000
ROUNDS = 7  # the best counts: the others were disturbed


def cost_us(rise_wh: float) -> float:
    """Return microseconds per sample of a counter that rises so much each half minute."""
    limits = Limits(rise_w=10_000.0)
    values = [1_000_000.0 + rise_wh * number for number in range(SAMPLES)]
    best = float("inf")
    for _ in range(ROUNDS):
        state: CounterState | None = None
        at = 1_790_000_000.0
        gc.collect()
        start = time.perf_counter()
        for value in values:
            state = step(value, at, limits, state).state
            at += 30.0
        best = min(best, time.perf_counter() - start)
        if state is None or state.published != values[-1]:
            raise RuntimeError("the guard did not follow: this is not its normal path")
    return best / SAMPLES * 1e6


def main() -> int:
    """Measure, print, judge."""
    costs = {"rises": cost_us(25.0), "stands still": cost_us(0.0)}
    for name, cost in costs.items():
        sys.stdout.write(f"counter {name}: {cost:.2f} us per sample (budget {BUDGET_US:.1f})\n")
    return int(max(costs.values()) > BUDGET_US)


if __name__ == "__main__":
    sys.exit(main())
