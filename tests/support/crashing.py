"""What is on the disk and in the recorder when Home Assistant is killed, and the state that continues from it."""

from dataclasses import dataclass, field, replace
from datetime import tzinfo

import orjson

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import Site
from custom_components.enphase_iq_gateway.counters.catch_up import catch_up
from custom_components.enphase_iq_gateway.counters.guard import Guard
from custom_components.enphase_iq_gateway.counters.key import today_unique_id, unique_id
from custom_components.enphase_iq_gateway.counters.last_value import LastValue
from custom_components.enphase_iq_gateway.counters.recovery import recover_balanced, recover_state
from custom_components.enphase_iq_gateway.counters.state import GuardState

from .promises import Broken, falls

_ROUNDED_WH = 2.0
"""Energy of today has the error of two rounded states."""


@dataclass(kw_only=True)
class Kept:
    """What a crash leaves of one gateway."""

    gateway: str
    shown: dict[str, LastValue] = field(default_factory=dict[str, LastValue])
    """The values in the recorder by unique id."""
    disk: bytes = b""
    """The stored state, empty before it was stored for the first time."""

    def store(self, state: GuardState) -> None:
        """Write the state to the disk."""
        self.disk = orjson.dumps(state.as_json())

    def record(self, state: GuardState, at: float) -> None:
        """Record the values of all counters that have changed, as the states of entities: in whole watt-hours."""
        shown: dict[str, tuple[float, float | None]] = {
            unique_id(key, self.gateway): (counter.published, None)
            for key, counter in state.counters.items()
            if counter.published is not None
        }
        for day, today in state.days.items():
            shown[today_unique_id(day, self.gateway)] = today.energy_wh, today.reset_at
        if (balanced := state.balanced.get(0)) is not None:
            shown[f"{self.gateway}_grid_import_energy_balanced"] = balanced.import_wh, balanced.began_at
            shown[f"{self.gateway}_grid_export_energy_balanced"] = balanced.export_wh, balanced.began_at
        for entity, (energy_wh, reset_at) in shown.items():
            value = LastValue(energy_wh=round(energy_wh), at=at, reset_at=reset_at)
            before = self.shown.get(entity)
            if before is None or replace(value, at=before.at) != before:
                self.shown[entity] = value

    def recovered(self, site: Site, zone: tzinfo) -> GuardState:
        """Return the state after the next start."""
        if not self.disk:
            state = recover_state(self.gateway, self.shown, zone)
            recover_balanced(site, state, self.gateway, self.shown)
            return state
        state = GuardState.from_json(orjson.loads(self.disk))
        stored_at = max((counter.at for counter in state.counters.values()), default=0.0)
        newer = {entity: last for entity, last in self.shown.items() if last.at > stored_at}
        catch_up(site, state, self.gateway, newer, zone)
        return state


def check_continued(guard: Guard, before: GuardState) -> None:
    """Check that no counter that only rises shows less than before the crash, nor energy of today.

    Raises:
        Broken: One does.
    """
    for key, state in before.counters.items():
        after = guard.state.counters.get(key)
        if state.published is None or falls(guard.site, key):
            continue
        if after is None or after.published is None or after.published < state.published - _ROUNDED_WH:
            raise Broken(f"after a crash {key} continues from {after} instead of {state}")
    for day, today in before.days.items():
        continued = guard.state.days.get(day)
        if day is not Flow.TOTAL_CONSUMPTION and (
            continued is None or abs(continued.energy_wh - today.energy_wh) > _ROUNDED_WH
        ):
            raise Broken(f"after a crash today of {day} continues from {continued} instead of {today}")
