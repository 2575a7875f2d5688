"""Entities are added when their value is first seen, so that none is there that the gateway has not."""

from collections.abc import Callable, Iterable, Sequence

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import GatewayConfigEntry, GatewayCoordinator
from .inverter_entity import InverterDescription

type Candidate = tuple[str, Callable[[], object], Callable[[], Entity]]
"""An entity that may come: its unique id, its value now, and how to make it."""


class SeenEntities:
    """Adds entities when their value is first seen, so that none is there that the gateway has not."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: GatewayConfigEntry,
        platform: Platform,
        add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Know which entities there were before a restart: they come back whatever the first reading says."""
        registry = er.async_get(hass)
        self._registered = {
            registered.unique_id
            for registered in er.async_entries_for_config_entry(registry, entry.entry_id)
            if registered.domain == platform
        }
        self._add_entities = add_entities
        self._entry = entry

    def watch(self, coordinator: GatewayCoordinator, candidates: Iterable[Candidate]) -> None:
        """Look for a coordinator's candidates now and after each of its readings, until they are all there."""
        waiting = list(candidates)

        @callback
        def look() -> None:
            nonlocal waiting
            new, still = [], []
            for candidate in waiting:
                unique_id, value, make = candidate
                if unique_id in self._registered or value() is not None:
                    new.append(make())
                else:
                    still.append(candidate)
            waiting = still
            if new:
                self._add_entities(new)

        look()
        self._entry.async_on_unload(coordinator.async_add_listener(look))

    def watch_inverters[D: InverterDescription](
        self,
        coordinator: GatewayCoordinator,
        descriptions: Sequence[D],
        make: Callable[[GatewayCoordinator, str, D], Entity],
    ) -> None:
        """Look for the values of each inverter now, and again when it has changed, until it has them all."""
        missing: dict[str, Sequence[D]] = {}

        @callback
        def look(news: Iterable[str]) -> None:
            new = []
            for serial in news:
                if not (wanted := missing.get(serial, descriptions)):
                    continue
                inverter = coordinator.data.inverters[serial]
                # What there was before a restart comes back at first sight, and needs no look later.
                before = () if serial in missing else self._registered
                still = []
                for description in wanted:
                    if description.value_fn(inverter) is not None or (
                        before and f"{serial}_{description.key}" in before
                    ):
                        new.append(make(coordinator, serial, description))
                    else:
                        still.append(description)
                missing[serial] = still
            if new:
                self._add_entities(new)

        look(coordinator.data.inverters)
        self._entry.async_on_unload(coordinator.async_add_listener(lambda: look(coordinator.news)))
