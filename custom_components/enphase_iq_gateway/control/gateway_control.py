"""The one way to change something on a gateway: read, change, send once, read back, check again (S§27 to §30)."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..client import GatewayConnectionError, GatewayError, GatewayResponseError, GatewayStatusError
from ..client.control.changes import Change, InvalidChangeError, Requested
from ..client.control.off_grid import off_grid_obstacle
from ..client.control.rules import CONTACTS_UNCLEAR_S, Rule, Setting, rule_for
from ..client.endpoints import DRY_CONTACT_SETTINGS, DRY_CONTACTS, TARIFF, Endpoint
from ..client.json_types import JsonObject
from ..client.site.site import PollGroup
from ..client.site.storage_documents import StorageDocuments
from ..const import CONTACT_SETTINGS_INTERVAL_S, CONTACTS_INTERVAL_S, CONTROL_PLATFORMS, DOMAIN, LOGGER
from ..coordinator import GatewayConfigEntry, StorageCoordinator
from ..issues.ignored_setting import async_create_ignored, async_delete_outdated, is_ignored
from .areas import AREAS, ControlArea, areas_of
from .errors import failure, invalid, islanding_refused, of_gateway, refusal
from .keys import SLEEP_HIGH, SLEEP_LOW, area_of

_CONTROLS: HassKey[dict[str, GatewayControl]] = HassKey(f"{DOMAIN}_control")


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """What was read back, and when."""

    requested: Requested
    at: datetime


class GatewayControl:
    """Changes settings of one gateway. No state shows a value before it is read back."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry, coordinator: StorageCoordinator) -> None:
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._areas = areas_of(entry)
        self._pending: dict[str, Change] = {}
        """The latest change of each subject that is not decided yet."""
        self._latest: dict[str, Change] = {}
        """The latest change that was sent to each path."""
        self._documents_in_use: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By path: a document that is sent back must contain the change before."""
        self.sleep_band = {SLEEP_LOW: 25, SLEEP_HIGH: 30}
        """The band in percent for the next order to sleep; first the one that the gateway names by itself (S§31)."""
        self._unloaded = asyncio.Event()
        self._listeners: set[CALLBACK_TYPE] = set()

    @property
    def coordinator(self) -> StorageCoordinator:
        """The coordinator that shows what is read back."""
        return self._coordinator

    @property
    def _firmware(self) -> str:
        return str(self._coordinator.site.info.firmware)

    def offers(self, setting: Setting) -> bool:
        """Return whether the user has turned a setting on and the gateway has it."""
        return AREAS[setting] in self._areas and self._rule(setting) is not None

    def _rule(self, setting: Setting) -> Rule | None:
        """Return how this gateway writes and proves a setting."""
        site = self._coordinator.site
        return rule_for(setting, site.storage, site.info.firmware)

    def pending(self, subject: str) -> Requested | None:
        """Return the requested value of a change that is not decided yet."""
        change = self._pending.get(subject)
        return None if change is None else change.requested

    def is_read_only(self, setting: Setting) -> bool:
        """Return whether the firmware is known not to follow a setting."""
        return is_ignored(self._hass, self._entry, setting)

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> Callable[[], None]:
        """Call a listener when a change begins and when it is decided."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def async_unload(self) -> None:
        """End the changes that are not decided."""
        self._unloaded.set()

    async def async_change(self, change: Change) -> Confirmation:
        """Change a setting, and return once the gateway has it and keeps it.

        Raises:
            ServiceValidationError: It was not sent, because it must not be or is not offered.
            HomeAssistantError: It is not in effect, or it is not known whether it is.
        """
        if AREAS[change.setting] not in self._areas:
            raise refusal("control_off")
        rule = self._rule(change.setting)
        if rule is None:
            raise refusal("control_not_available")
        if self.is_read_only(change.setting):
            raise refusal("control_read_only", {"firmware": self._firmware})
        self._set_pending(change)
        try:
            if rule.sends_document:
                async with self._documents_in_use[rule.target.path]:
                    confirmation = await self._carry_out(change, rule)
            else:
                confirmation = await self._carry_out(change, rule)
            if rule.check_again_s is not None:
                await self._check_again(change, rule, rule.check_again_s)
        except HomeAssistantError as error:
            LOGGER.debug("%s: %s is not in effect: %r", self._entry.title, change.subject, error.translation_key)
            raise
        finally:
            if self._pending.get(change.subject) is change:
                self._set_pending(change, decided=True)
        return confirmation

    async def _carry_out(self, change: Change, rule: Rule) -> Confirmation:
        """Send a change once and wait until it is in effect."""
        document = await self._prepare(change, rule)
        self._latest[rule.target.path] = change
        accepted = True
        try:
            await self._coordinator.async_write(rule.target, document, method=rule.method, answer_s=rule.answer_s)
        except GatewayStatusError as error:
            await self._show(rule)
            raise of_gateway(error, self._firmware) from error
        except (GatewayConnectionError, GatewayResponseError) as error:
            # It may have worked all the same. It is never sent again, but read back.
            LOGGER.debug("%s: no valid answer to %s: %s", self._entry.title, change.subject, error)
            accepted = False
        except GatewayError as error:
            raise of_gateway(error, self._firmware) from error
        finally:
            if change.setting is Setting.CONTACT_SETTINGS:
                self._coordinator.hold(DRY_CONTACTS, CONTACTS_UNCLEAR_S)
        return await self._read_back(change, rule, accepted=accepted)

    async def _prepare(self, change: Change, rule: Rule) -> JsonObject:
        """Read what the change depends on, and return what to send."""
        site = self._coordinator.site.storage
        needed = [endpoint for endpoint in rule.first_read if site.has(endpoint)]
        documents = await self._read(*needed)
        if documents is None:
            raise failure("control_unreadable", firmware=self._firmware)
        storage = self._coordinator.data.storage
        if change.setting is Setting.GRID_RELAY and not change.requested and storage is not None:
            obstacle = off_grid_obstacle(storage, documents)
            if obstacle is not None:
                raise islanding_refused(obstacle, storage)
        try:
            return change.body(documents)
        except InvalidChangeError as error:
            raise invalid(error.reason, self._firmware) from error

    async def _read_back(self, change: Change, rule: Rule, *, accepted: bool) -> Confirmation:
        """Read what proves the change until it does, or until its deadline."""
        # Until then, its answers may be those from before the change.
        await self._wait(self._coordinator.held_s(rule.proof))
        until = monotonic() + rule.deadline_s
        while True:
            documents = await self._read(rule.proof)
            if self._pending.get(change.subject) is not change:
                raise failure("control_superseded")
            if documents is not None and change.is_in_effect(documents):
                return Confirmation(requested=change.requested, at=dt_util.utcnow())
            left_s = until - monotonic()
            if left_s <= 0:
                break
            await self._wait(min(rule.interval_s, left_s))
        if documents is None:
            raise failure("control_unknown", firmware=self._firmware)
        if not accepted:
            raise failure("control_no_answer", firmware=self._firmware, seconds=f"{rule.deadline_s:.0f}")
        raise self._not_followed(change, rule, "control_ignored", seconds=f"{rule.deadline_s:.0f}")

    async def _check_again(self, change: Change, rule: Rule, after_s: float) -> None:
        """Check later whether the cloud has undone a change, unless another one was sent meanwhile."""
        await self._wait(after_s)
        if self._latest[rule.target.path] is not change:
            return
        documents = await self._read(rule.proof)
        if documents is None:
            raise failure("control_unknown", firmware=self._firmware)
        if not change.is_in_effect(documents):
            raise self._not_followed(change, rule, "control_undone", minutes=f"{after_s / 60:.0f}")

    def _not_followed(self, change: Change, rule: Rule, key: str, **placeholders: str) -> HomeAssistantError:
        """Return the error of a change without effect; what firmware may ignore becomes read-only."""
        storage = self._coordinator.data.storage
        if rule.may_be_ignored:
            async_create_ignored(self._hass, self._entry, change.setting, self._firmware)
            if rule.target is TARIFF and storage is not None and storage.optimized:
                key = f"{key}_by_optimizer"
        return failure(key, firmware=self._firmware, **placeholders)

    async def _show(self, rule: Rule) -> None:
        """Read what the gateway has, so that it is shown after a refusal."""
        if not self._coordinator.held_s(rule.proof):
            await self._read(rule.proof)

    async def _read(self, *endpoints: Endpoint[object]) -> StorageDocuments | None:
        """Return new documents, None where one of them could not be read."""
        try:
            documents = await self._coordinator.async_read_now(endpoints)
        except GatewayError as error:
            LOGGER.debug("%s: could not be read back: %s", self._entry.title, error)
            return None
        return None if documents.failed & set(endpoints) else documents

    async def _wait(self, seconds: float) -> None:
        """Wait, but no longer than the entry is loaded."""
        try:
            async with asyncio.timeout(seconds):
                await self._unloaded.wait()
        except TimeoutError:
            return
        raise failure("control_unknown", firmware=self._firmware)

    @callback
    def _set_pending(self, change: Change, *, decided: bool = False) -> None:
        if decided:
            del self._pending[change.subject]
        else:
            self._pending[change.subject] = change
        for listener in tuple(self._listeners):
            listener()


@callback
def async_setup_control(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Set up the control of what the user has turned on, and remove the entities of what is turned off."""
    areas = areas_of(entry)
    registry = er.async_get(hass)
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        if registered.domain in CONTROL_PLATFORMS and area_of(registered.unique_id) not in areas:
            registry.async_remove(registered.entity_id)
    in_use = {setting for setting, area in AREAS.items() if area in areas}
    async_delete_outdated(hass, entry, str(entry.runtime_data.site.info.firmware), in_use)
    coordinator = entry.runtime_data.coordinators.get(PollGroup.STORAGE)
    if not areas or not isinstance(coordinator, StorageCoordinator):
        return
    if ControlArea.DRY_CONTACTS in areas:
        coordinator.read_every(CONTACTS_INTERVAL_S, DRY_CONTACTS)
        coordinator.read_every(CONTACT_SETTINGS_INTERVAL_S, DRY_CONTACT_SETTINGS)
    control = GatewayControl(hass, entry, coordinator)
    hass.data.setdefault(_CONTROLS, {})[entry.entry_id] = control

    @callback
    def unload() -> None:
        hass.data[_CONTROLS].pop(entry.entry_id).async_unload()

    entry.async_on_unload(unload)


@callback
def async_control(hass: HomeAssistant, entry: GatewayConfigEntry) -> GatewayControl | None:
    """Return the control of a loaded gateway, None where nothing is turned on or can be changed."""
    return hass.data.get(_CONTROLS, {}).get(entry.entry_id)
