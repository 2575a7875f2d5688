"""What a person is told of a counter, and asked: a jump that was left out, a source that has changed."""

from asyncio import Task
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util

from ..client import SOURCE_ENDPOINTS, Flow, Source
from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator
from ..counters.counter import EventKind
from ..counters.guard import CounterEvent, SourceChange
from ..counters.key import CounterField, CounterKey, FlowCounter, parse_counter_key, unique_id
from ..counters.origin import Origin
from ..counters.store import CounterStore

COUNTER_JUMP: Final = "counter_jump"
COUNTER_SOURCE: Final = "counter_source"
_PART_OF_ANSWER: Final = {Source.REPORTED_INVERTERS: " (inverters)", Source.INTEGRATED: " (power)"}
_NET: Final = FlowCounter(Flow.NET_CONSUMPTION, CounterField.LIFETIME)
# From here on a fraction of a kWh is no help.
_WHOLE_KWH: Final = 100.0


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Follow the counters of every coordinator."""
    runtime = entry.runtime_data
    watch = CounterWatch(hass, entry, runtime.counter_store)
    for coordinator in runtime.coordinators.values():
        entry.async_on_unload(coordinator.async_add_listener(partial(watch.update, coordinator)))


class CounterWatch:
    """Looks after each reading for what has become of the counters: it is stored, and a person hears of it."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, store: CounterStore) -> None:
        """Take the gateway that is set up."""
        self._hass = hass
        self._entry = entry
        self._store = store
        self._saving: Task[None] | None = None

    @callback
    def update(self, coordinator: PollGroupCoordinator) -> None:
        """Save at once what would be wrong after a crash, the rest soon; a failed reading has changed nothing."""
        if coordinator.error is not None:
            return
        if events := coordinator.guard.take_events():
            self._saving = self._entry.async_create_task(self._hass, self._store.async_save())
            self._tell(events)
        else:
            self._store.async_save_soon()

    def _tell(self, events: Iterable[CounterEvent | SourceChange]) -> None:
        """Make one repair of what happened to a flow and its phases together."""
        jumps: defaultdict[tuple[CounterKey, float], dict[CounterKey, float]] = defaultdict(dict)
        for told in events:
            entity_id = self._entity_id(told.counter)
            if isinstance(told, SourceChange):
                LOGGER.warning(
                    "%s: %s comes from %s now instead of %s", entity_id, told.counter, told.after, told.before
                )
                if entity_id and told.counter == _together(told.counter):
                    self._tell_source(told, entity_id)
                continue
            if told.event.kind is EventKind.UNDONE:
                LOGGER.info("%s: %s is back where it was, nothing is counted", entity_id, told.counter)
                ir.async_delete_issue(self._hass, DOMAIN, self._jump_id(told.counter, told.event.at))
                continue
            LOGGER.warning("%s: %s: %s of %.0f Wh", entity_id, told.counter, told.event.kind, told.event.amount_wh)
            # Net energy both falls and rises, also when its two counters begin again: there is nothing to ask of it.
            if entity_id and told.event.kind is EventKind.JUMP and _together(told.counter) != _NET:
                jumps[_together(told.counter), told.event.at][told.counter] = told.event.amount_wh
        for (_, at), amounts in jumps.items():
            self._tell_jump(at, amounts)

    def _tell_jump(self, at: float, amounts_wh: dict[CounterKey, float]) -> None:
        """Ask whether a jump was real."""
        counter, amount_wh = next(iter(amounts_wh.items()))
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._jump_id(counter, at),
            data={
                "kind": COUNTER_JUMP,
                "entry_id": self._entry.entry_id,
                **{str(key): amount for key, amount in amounts_wh.items()},
            },
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=COUNTER_JUMP,
            translation_placeholders={
                "entity": self._entity_id(counter) or str(counter),
                "amount": _kwh(amount_wh),
                "time": f"{dt_util.as_local(dt_util.utc_from_timestamp(at)):%Y-%m-%d %H:%M}",
            },
        )

    def _jump_id(self, counter: CounterKey, at: float) -> str:
        """Return the id of the issue about a jump of a counter, or of all phases of its flow."""
        return f"{COUNTER_JUMP}_{self._entry.entry_id}_{str(_together(counter)).removesuffix('.0')}_{at:.0f}"

    def _tell_source(self, change: SourceChange, entity_id: str) -> None:
        """Say that a counter goes on from elsewhere."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{COUNTER_SOURCE}_{self._entry.entry_id}_{change.counter}",
            data={"kind": COUNTER_SOURCE, "entry_id": self._entry.entry_id},
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=COUNTER_SOURCE,
            translation_placeholders={
                "entity": entity_id,
                "before": _path(change.before),
                "after": _path(change.after),
            },
        )

    def _entity_id(self, counter: CounterKey) -> str | None:
        """The entity that shows a counter; None where there is none, or nobody wants to see it."""
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id(
            Platform.SENSOR, DOMAIN, unique_id(counter, str(self._entry.unique_id))
        )
        registered = registry.async_get(entity_id) if entity_id else None
        return registered.entity_id if registered and not registered.disabled else None


class JumpRepair(RepairsFlow):
    """Leave the jump out for good, or add it to the counters after all."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_menu(
            step_id="init",
            menu_options=["keep_out", "accept_jump"],
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    async def async_step_keep_out(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """It stays as it is."""
        return self.async_create_entry(data={})

    async def async_step_accept_jump(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """The counters rise by it with their next reading."""
        if ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id) is None:
            # Answered in another window, or withdrawn because the jump was undone.
            return self.async_abort(reason="answered")
        amounts = dict(self.data or {})
        del amounts["kind"]
        entry: GatewayConfigEntry | None = self.hass.config_entries.async_get_entry(str(amounts.pop("entry_id")))
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        jumps = {parse_counter_key(name): float(amount_wh or 0) for name, amount_wh in amounts.items()}
        if jumps.keys() - entry.runtime_data.guard.state.counters.keys():
            return self.async_abort(reason="not_loaded")
        for counter, amount_wh in jumps.items():
            entry.runtime_data.guard.accept_jump(counter, amount_wh)
        await entry.runtime_data.counter_store.async_save()
        return self.async_create_entry(data={})


def _together(counter: CounterKey) -> CounterKey:
    """Return the counter of all phases together: what happens to a phase happens to its flow."""
    return replace(counter, phase=0) if isinstance(counter, FlowCounter) else counter


def _path(origin: Origin) -> str:
    """Return the path of an origin, and the CT where the path alone leaves it open."""
    path = SOURCE_ENDPOINTS[origin.source][0].path.partition("?")[0] + _PART_OF_ANSWER.get(origin.source, "")
    return f"{path} ({origin.variant.replace('_', ' ')} CT)" if origin.variant else path


def _kwh(amount_wh: float) -> str:
    kwh = amount_wh / 1000
    return f"{kwh:,.0f}" if kwh >= _WHOLE_KWH else f"{kwh:.1f}"
