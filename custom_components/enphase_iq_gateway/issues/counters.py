"""Store what happened to the counters after each reading, and raise an issue when some of them jumped."""

from asyncio import Task
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from ..const import DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator, loaded_runtime
from ..counters.counter import EventKind
from ..counters.key import (
    NET_CONSUMPTION,
    CounterKey,
    FlowCounter,
    InverterCounter,
    counter_of,
    parse_counter_key,
    unique_id,
)
from ..counters.lines import CounterEvent, SourceChange
from ..counters.store import CounterStore
from ..formatting import kwh, local_minute
from .fix_flow import FixFlow
from .registry import async_clear, async_create

COUNTER_JUMP: Final = "counter_jump"
_REMOVED_KIND: Final = "counter_source"
"""An issue of earlier versions that users could do nothing about; a line in the log has replaced it."""
_ONE_EVENT_S: Final = 600.0
"""Jumps this close together are one event: the counters are read by several coordinators."""
_NO_COUNTERS: Final = frozenset({"kind", "entry_id"})
_GONE: Final = InverterCounter("")

type IssueData = Mapping[str, str | int | float | None]


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Follow the counters of every coordinator."""
    runtime = entry.runtime_data
    listener = CounterListener(hass, entry, runtime.counter_store)
    for coordinator in runtime.coordinators.values():
        entry.async_on_unload(coordinator.async_add_listener(partial(listener.update, coordinator)))


class CounterListener:
    """Store the counters after each reading, and report jumps."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, store: CounterStore) -> None:
        self._hass = hass
        self._entry = entry
        self._store = store
        self._saving: Task[None] | None = None
        async_clear(hass, entry, _REMOVED_KIND)

    @callback
    def update(self, coordinator: PollGroupCoordinator) -> None:
        """Save at once what would be wrong after a crash, the rest soon; a failed reading has changed nothing."""
        if coordinator.error is not None:
            return
        if events := coordinator.guard.take_events():
            self._saving = self._entry.async_create_task(self._hass, self._store.async_save())
            async_report(self._hass, self._entry, events)
        else:
            self._store.async_save_soon()


@callback
def async_report(hass: HomeAssistant, entry: ConfigEntry, events: Iterable[CounterEvent | SourceChange]) -> None:
    """Log what happened to the counters, and raise one issue for all that jumped together."""
    jumps: defaultdict[float, dict[CounterKey, float]] = defaultdict(dict)
    for event in events:
        if isinstance(event, SourceChange):
            LOGGER.warning(
                "%s: %s is now read from %s instead of %s and continues from its last value",
                entry.title,
                event.counter,
                event.after,
                event.before,
            )
            continue
        kind, amount_wh, at = event.event.kind, event.event.amount_wh, event.event.at
        if kind is EventKind.UNDONE:
            LOGGER.info("%s: %s is back where it was, nothing is counted", entry.title, event.counter)
            _withdraw_jump(hass, entry, at, event.counter)
            continue
        LOGGER.warning("%s: %s: %s of %.0f Wh", entry.title, event.counter, kind, amount_wh)
        # Net energy falls and rises, also when its two counters start again: there is nothing to decide.
        if kind is EventKind.JUMP and _total(event.counter) != NET_CONSUMPTION:
            jumps[at][event.counter] = amount_wh
    for at, amounts_wh in jumps.items():
        # No issue is raised for counters without an enabled entity.
        if any(_entity(hass, entry, counter) for counter in amounts_wh):
            async_create_jump_issue(hass, entry, at, amounts_wh)


@callback
def async_create_jump_issue(
    hass: HomeAssistant, entry: ConfigEntry, at: float, amounts_wh: Mapping[CounterKey, float]
) -> None:
    """Raise the issue of a jump, or add the counters to the open issue of the same event."""
    data = {_name(hass, entry, counter): amount_wh for counter, amount_wh in amounts_wh.items()}
    for issue in _open_issues(hass, entry, at):
        _update(hass, issue, {**(issue.data or {}), **data})
        return
    async_create(
        hass,
        entry,
        COUNTER_JUMP,
        f"{at:.0f}",
        data=data,
        is_persistent=True,
        placeholders={"time": local_minute(at)},
    )


def _withdraw_jump(hass: HomeAssistant, entry: ConfigEntry, at: float, counter: CounterKey) -> None:
    """Remove a counter whose jump has been undone from its issue, and delete an issue without counters."""
    for issue in _open_issues(hass, entry, at):
        data = {
            name: value
            for name, value in (issue.data or {}).items()
            if name in _NO_COUNTERS or _counter(hass, entry, name) != counter
        }
        if _amounts_wh(hass, entry, data):
            _update(hass, issue, data)
        else:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


def _open_issues(hass: HomeAssistant, entry: ConfigEntry, at: float) -> list[ir.IssueEntry]:
    """Return the open issues about jumps at about this time, which is the last part of their id."""
    return [
        issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
        and issue.active
        and issue.data is not None
        and (issue.data.get("kind"), issue.data.get("entry_id")) == (COUNTER_JUMP, entry.entry_id)
        and abs(float(issue.issue_id.rpartition("_")[2]) - at) <= _ONE_EVENT_S
    ]


def _update(hass: HomeAssistant, issue: ir.IssueEntry, data: IssueData) -> None:
    """Replace the data of an issue about a jump."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue.issue_id,
        data=dict(data),
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=COUNTER_JUMP,
        translation_placeholders=issue.translation_placeholders,
    )


class JumpRepair(FixFlow):
    """Leave a jump out for good, or add it to the counters after all."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the counters that jumped; the text of an issue of an earlier version would name only one of them."""
        entry = self.entry
        if self.issue is None or entry is None:
            return self.async_abort(reason="not_loaded")
        return self.async_show_menu(
            step_id="init",
            menu_options=["keep_out", "accept_jump"],
            description_placeholders={
                **self.placeholders,
                "counters": _list(self.hass, entry, _amounts_wh(self.hass, entry, self.data or {})),
            },
        )

    async def async_step_keep_out(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Change nothing."""
        return self.async_create_entry(data={})

    async def async_step_accept_jump(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Add the jump to the counters, which rise by it with their next reading."""
        entry = self.entry
        runtime = loaded_runtime(entry) if entry else None
        if entry is None or runtime is None:
            return self.async_abort(reason="not_loaded")
        amounts_wh = _amounts_wh(self.hass, entry, self.data or {})
        if amounts_wh.keys() - runtime.guard.state.counters.keys():
            return self.async_abort(reason="not_loaded")
        issue = self.issue
        if issue is None or issue.data != self.data:
            return self.async_abort(reason="answered")
        # Before anything is awaited: a second flow of the same issue must not add the jump again.
        ir.async_delete_issue(self.hass, self.handler, self.issue_id)
        for counter, amount_wh in amounts_wh.items():
            runtime.guard.accept_jump(counter, amount_wh)
        await runtime.counter_store.async_save()
        return self.async_create_entry(data={})


def _amounts_wh(hass: HomeAssistant, entry: ConfigEntry, data: IssueData) -> dict[CounterKey, float]:
    """Return the jump of each counter in the data of an issue."""
    return {
        _counter(hass, entry, name): float(amount_wh or 0)
        for name, amount_wh in data.items()
        if name not in _NO_COUNTERS
    }


def _name(hass: HomeAssistant, entry: ConfigEntry, counter: CounterKey) -> str:
    """Return the name of a counter in the data of an issue: without a serial, because diagnostics contain it."""
    entity = None if isinstance(counter, FlowCounter) else _registered(hass, entry, counter)
    return str(counter) if entity is None else entity.id


def _counter(hass: HomeAssistant, entry: ConfigEntry, name: str) -> CounterKey:
    """Return the counter with a name; `_GONE` where its entity was removed since."""
    if "." in name:
        return parse_counter_key(name)
    entity = er.async_get(hass).entities.get_entry(name)
    return (entity and counter_of(entity.unique_id, str(entry.unique_id))) or _GONE


def _list(hass: HomeAssistant, entry: ConfigEntry, amounts_wh: Mapping[CounterKey, float]) -> str:
    """Return a Markdown list of entities and their jumps; phases are left out where their total is in it."""
    names = {
        counter: er.async_get_full_entity_name(hass, entity)
        for counter in amounts_wh
        if (entity := _entity(hass, entry, counter))
    }
    return "\n".join(
        f"- {name}: {kwh(amounts_wh[counter])} kWh"
        for counter, name in names.items()
        if counter == _total(counter) or _total(counter) not in names
    )


def _entity(hass: HomeAssistant, entry: ConfigEntry, counter: CounterKey) -> er.RegistryEntry | None:
    """Return the entity of a counter, None where there is none or it is disabled."""
    entity = _registered(hass, entry, counter)
    return entity if entity and not entity.disabled else None


def _registered(hass: HomeAssistant, entry: ConfigEntry, counter: CounterKey) -> er.RegistryEntry | None:
    """Return the entity of a counter, even a disabled one, None where there is none."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id(counter, str(entry.unique_id)))
    return registry.async_get(entity_id) if entity_id else None


def _total(counter: CounterKey) -> CounterKey:
    """Return the counter of all phases together."""
    return counter._replace(phase=0) if isinstance(counter, FlowCounter) else counter
