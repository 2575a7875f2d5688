"""Areas below straight lines: the energies of powers that change linearly."""


def add_halves(
    up: list[float], down: list[float], start: list[float], end: list[float], half: float
) -> tuple[list[float], list[float]]:
    """Return two lists of counters plus the positive and negative areas under the lines from start to end."""
    more_up, more_down = up[:], down[:]
    for phase, first in enumerate(start):
        last = end[phase]
        if first >= 0.0 <= last:  # here too, because the simulation spends most of its time in this loop
            more_up[phase] += (first + last) * half
        else:
            more_up[phase], more_down[phase] = add_areas(up[phase], down[phase], first, last, half)
    return more_up, more_down


def add_areas(up: float, down: float, first: float, last: float, half: float) -> tuple[float, float]:
    """Return two counters plus the positive and the negative area under the line from first to last."""
    if first >= 0.0 <= last:
        return up + (first + last) * half, down
    if first <= 0.0 >= last:
        return up, down - (first + last) * half
    # The line crosses zero: two triangles.
    positive, negative = (first, last) if first > 0.0 else (last, first)
    share = positive / (positive - negative)
    return up + positive * share * half, down - negative * (1.0 - share) * half
