"""Production of sites without a production CT: the sum of the inverters' lifetime counters."""

from collections.abc import Mapping

from ..client.models import Inverter
from ..client.site.site import Source
from .key import PRODUCTION, InverterCounter
from .origin import Origin
from .state import GuardState


def sum_of_inverters(state: GuardState, inverters: Mapping[str, Inverter], reported_wh: float | None) -> float | None:
    """Return what all inverters have counted, in Wh; None until each of them has reported once (G§5.5).

    `reported_wh` is the plain sum of this reading, None while an inverter is missing in it. An inverter that goes
    missing keeps its share and a new one adds what it produces from now on, so the sum never falls.
    """
    lifetimes = {
        serial: inverter.energy_lifetime_wh
        for serial, inverter in inverters.items()
        if inverter.energy_lifetime_wh is not None
    }
    if state.origins.get(PRODUCTION) != Origin(Source.DEVICE_DATA):
        if reported_wh is None:
            return None
        state.shares_from = dict.fromkeys(lifetimes, 0.0)
    for serial, lifetime in lifetimes.items():
        state.shares_from.setdefault(serial, lifetime)
    return sum(
        (state.counters[InverterCounter(serial)].published or 0) - start for serial, start in state.shares_from.items()
    )


def is_in_sum(state: GuardState, serial: str) -> bool:
    """Return whether production has a value and is the sum of the inverters, with this one among them."""
    production = state.counters.get(PRODUCTION)
    has_value = production is not None and production.published is not None
    return has_value and state.origins.get(PRODUCTION) == Origin(Source.DEVICE_DATA) and serial in state.shares_from


def begin_again(state: GuardState, serial: str, published_wh: float) -> None:
    """Keep in the sum what an inverter had counted before its counter began again at zero."""
    if serial in state.shares_from:
        state.shares_from[serial] -= published_wh


def hand_over(state: GuardState, serial: str, other: str) -> None:
    """Add the share of an inverter that is no longer counted to that of another one, so that the sum stays."""
    share_wh = (state.counters[InverterCounter(serial)].published or 0.0) - state.shares_from.pop(serial)
    state.shares_from[other] -= share_wh
