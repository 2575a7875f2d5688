"""Continue from the last values of the entities where the state of the counters is lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from ..client.models import Flow
from ..client.site.site import Site
from .balanced import BalancedState
from .balancing import measured_by_ct, samples
from .counter import recover
from .daily import recover as recover_day
from .key import EXPORT, IMPORT, counter_of, days_of, lifetime_of, today_unique_id, unique_id
from .last_value import LastValue
from .state import GuardState


def recover_state(gateway: str, last: Mapping[str, LastValue], zone: tzinfo) -> GuardState:
    """Return a state in which each counter and its energy of today continue from the last values, by unique id.

    `gateway` is the serial of the gateway.
    """
    state = GuardState()
    # Of two entities of one counter, the older one may be that of a CT that was removed.
    for entity, value in sorted(last.items(), key=lambda each: each[1].at):
        if (key := counter_of(entity, gateway)) is not None:
            state.counters[key] = recover(value.energy_wh, value.at)
    for day in days_of(state.counters):
        if today := last.get(today_unique_id(day, gateway)):
            state.days[day] = recover_day(last[unique_id(lifetime_of(day), gateway)].energy_wh, today, zone)
    return state


def recover_balanced(site: Site, state: GuardState, gateway: str, last: Mapping[str, LastValue]) -> None:
    """Continue balanced import and export, with the energy since the last values of the counters behind them."""
    if (measured := measured_by_ct(site)) is None:
        return
    alone = measured is Flow.TOTAL_CONSUMPTION
    for phase in range(1 + site.phases(measured) if alone else 1):
        imported, exported = (
            last.get(unique_id(key.at(phase), gateway) if alone else f"{unique_id(key, gateway)}_balanced")
            for key in (IMPORT, EXPORT)
        )
        plus, minus = samples(site, state, measured, phase)
        if imported and exported and plus and minus:
            state.balanced[phase] = BalancedState(
                import_wh=imported.energy_wh,
                export_wh=exported.energy_wh,
                flow=measured,
                plus=plus,
                minus=minus,
                began_at=imported.reset_at,
            )
            if alone:
                for key in (IMPORT.at(phase), EXPORT.at(phase)):
                    state.counters[key] = replace(state.counters[key], recovered=False)
