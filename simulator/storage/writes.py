"""Every known write of storage (S§27): what it changes, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from simulator.documents.storage.contacts import contact_settings
from simulator.simulated_site import SimulatedSite

from .generator import MODES
from .settings import CONTACTS, Settings, Settled

RELAY = "/ivp/ensemble/relay"
CONTACT = "/ivp/ensemble/dry_contacts"
CONTACT_SETTINGS = "/ivp/ss/dry_contact_settings"
TARIFF = "/admin/lib/tariff"
ACB_CONFIG = "/admin/lib/acb_config"
GENERATOR_MODE = "/ivp/ss/gen_mode"
GENERATOR_SCHEDULE = "/ivp/ss/gen_schedule"
GENERATOR_CONFIG = "/ivp/ss/gen_config"
STREAM = "/ivp/livedata/stream"

_CONTACT_S = 4.0  # until a contact or its settings change (S§27)
_UNCLEAR_S = 60.0  # during which contacts read open after a change of their settings (S§29)
STREAM_S = 600.0  # the stream ends after some minutes (G§10)
_SUCCESS: Settled = {"message": "success"}

type Body = Any
"""Parsed JSON of any shape."""


class RefusedError(Exception):
    """A body that the gateway answers with a status of its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMode:
    """How a gateway handles a write."""

    effective: bool = True
    """Whether it changes anything but the stored tariff."""
    delay_s: float = 0.0
    undone_after_s: float | None = None
    """Time after which the cloud restores what was before."""
    status: int = 200
    hang: bool = False
    """Whether there is no answer although the write has worked."""


def usual_mode(site: SimulatedSite, path: str) -> WriteMode:
    """Return how the firmware handles a write: storage settings are ignored from 8.2.4225 on (S§28)."""
    if path == TARIFF:
        return WriteMode(effective=site.firmware.tariff_follows)
    # Whether a write to the relay separates a site with a collar is unknown (S§33).
    return WriteMode(effective=path != RELAY or site.hardware.controller == "enpower")


@dataclass(frozen=True, slots=True)
class _Write:
    """One write in progress."""

    site: SimulatedSite
    body: Body
    now: float
    mode: WriteMode

    def settings(self, change: Callable[[Settings], Settings], *, wait_s: float = 0.0) -> None:
        """Change the settings as the mode requires, and restore the former values if the cloud undoes it."""
        world, delay_s = self.site.world, self.mode.delay_s + wait_s
        before = world.plant.settings.at(self.now)
        world.change_settings(change, delay_s=delay_s)
        if self.mode.undone_after_s is not None:
            after = change(before)
            names = [name for name in Settings.__dataclass_fields__ if getattr(after, name) != getattr(before, name)]
            former = {name: getattr(before, name) for name in names}
            world.change_settings(lambda each: replace(each, **former), delay_s=delay_s + self.mode.undone_after_s)


type Handler = Callable[[_Write], Settled | None]
"""Carries out a write and returns the answer, or None for the document that can be read at the path."""


def _relay(write: _Write) -> None:
    position = _choice(write.body, "mains_admin_state", ("open", "closed"))
    if not write.mode.effective:
        return
    world, delay_s = write.site.world, write.mode.delay_s
    former = world.plant.relay.at(write.now).admin
    world.command_relay(position, delay_s=delay_s)
    if write.mode.undone_after_s is not None:
        world.command_relay(former, delay_s=delay_s + write.mode.undone_after_s)


def _contact(write: _Write) -> None:
    contact = write.body.get("dry_contacts")
    if not isinstance(contact, dict):
        raise RefusedError(400, "One object is expected, not a list")
    name, status = _choice(contact, "id", CONTACTS), _choice(contact, "status", ("open", "closed"))
    if write.mode.effective:
        write.settings(lambda each: replace(each, contacts=each.contacts | {name: status}), wait_s=_CONTACT_S)


def _contact_settings(write: _Write) -> None:
    contact = write.body.get("dry_contacts")
    if not isinstance(contact, dict):
        raise RefusedError(400, "One object is expected, not a list")
    name = _choice(contact, "id", CONTACTS)
    shown = next(each for each in contact_settings(write.site, write.now)["dry_contacts"] if each["id"] == name)
    if shown.keys() - contact.keys():
        raise RefusedError(500, "A part of the settings is missing")  # a real gateway may crash (S§30)
    if write.mode.effective:
        unclear = write.now + write.mode.delay_s + _CONTACT_S + _UNCLEAR_S

        def change(settings: Settings) -> Settings:
            changed = tuple(
                each | contact if each["id"] == contact["id"] else each for each in settings.contact_settings
            )
            return replace(settings, contact_settings=changed, contacts_unclear_until=unclear)

        write.settings(change, wait_s=_CONTACT_S)


def _tariff(write: _Write) -> None:
    """Store the tariff in any case; the controller follows it only on old firmware (S§28)."""
    tariff = write.body.get("tariff")
    if not isinstance(tariff, dict) or not isinstance(tariff.get("storage_settings"), dict):
        raise RefusedError(400, "A tariff is expected")
    wanted = tariff["storage_settings"]
    stored_at = str(int(write.now))
    stored = tariff | {"storage_settings": wanted | {"date": stored_at}}

    def change(settings: Settings) -> Settings:
        if not write.mode.effective:
            return replace(settings, tariff=stored)
        return replace(
            settings,
            tariff=stored,
            mode=wanted["mode"],
            reserve=100 if wanted["mode"] == "backup" else round(wanted["reserved_soc"]),
            very_low=round(wanted["very_low_soc"]),
            charge_from_grid=bool(wanted["charge_from_grid"]),
        )

    write.settings(change)


def _sleep(write: _Write) -> Settled:
    """Order AC Batteries to sleep within a band of the state of charge."""
    orders = {each["serial_num"]: (each["sleep_min_soc"], each["sleep_max_soc"]) for each in _known(write)}
    if write.mode.effective:
        write.settings(lambda each: replace(each, sleep=each.sleep | orders))
    return _SUCCESS


def _wake(write: _Write) -> Settled:
    """Order AC Batteries to wake."""
    serials = {each["serial_num"] for each in _known(write)}
    if write.mode.effective:

        def change(settings: Settings) -> Settings:
            kept = {serial: band for serial, band in settings.sleep.items() if serial not in serials}
            return replace(settings, sleep=kept)

        write.settings(change)
    return _SUCCESS


def _known(write: _Write) -> list[Settled]:
    """Return the orders of a body, all for AC Batteries of the site."""
    orders = write.body.get("acb_sleep")
    serials = {unit.serial for unit in write.site.world.plant.units if unit.is_acb}
    if not isinstance(orders, list) or any(each.get("serial_num") not in serials for each in orders):
        raise RefusedError(400, "Unknown serial number")
    return orders


def _generator_mode(write: _Write) -> Settled:
    command = _choice(write.body, "gen_cmd", tuple(MODES))
    world = write.site.world
    if write.mode.effective and write.site.hardware.generator is not None:
        former = world.plant.generator.at(write.now).command
        world.command_generator(command, delay_s=write.mode.delay_s)
        if write.mode.undone_after_s is not None:
            world.command_generator(former, delay_s=write.mode.delay_s + write.mode.undone_after_s)
    return {"gen_cmd": command}


def _generator_schedule(write: _Write) -> None:
    if not isinstance(write.body.get("default_soc"), dict):
        raise RefusedError(400, "The whole schedule is expected")
    if write.mode.effective and write.site.hardware.generator is not None:
        write.settings(lambda each: replace(each, generator_schedule=write.body))


def _generator_config(write: _Write) -> None:
    """Store the properties; without batteries, charging from the generator stays allowed (S§27)."""
    if "charge_from_generator" not in write.body:
        raise RefusedError(400, "The whole configuration is expected")
    config = write.body if write.site.hardware.batteries else write.body | {"charge_from_generator": True}
    if write.mode.effective and write.site.hardware.generator is not None:
        write.settings(lambda each: replace(each, generator_config=config))


def _stream(write: _Write) -> Settled:
    """Turn the live stream on or off; old firmware rejects turning it on again (S§14.2)."""
    plant, wanted = write.site.world.plant, bool(_choice(write.body, "enable", (0, 1)))
    streams = write.now < plant.stream_until
    if wanted and streams and write.site.firmware.storage_forms == 7:
        raise RefusedError(400, "The stream is already enabled")
    if write.mode.effective and wanted:
        plant.stream_until = write.now + STREAM_S
    elif write.mode.effective and streams:
        plant.stream_until = write.now
    return {"sc_stream": "enabled" if wanted else "disabled"}


WRITES: dict[tuple[str, str], Handler] = {
    ("POST", RELAY): _relay,
    ("POST", CONTACT): _contact,
    ("POST", CONTACT_SETTINGS): _contact_settings,
    ("PUT", TARIFF): _tariff,
    ("PUT", ACB_CONFIG): _sleep,
    ("DELETE", ACB_CONFIG): _wake,
    ("POST", GENERATOR_MODE): _generator_mode,
    ("POST", GENERATOR_SCHEDULE): _generator_schedule,
    ("POST", GENERATOR_CONFIG): _generator_config,
    ("POST", STREAM): _stream,
}
"""The handler of each method and path."""


def _choice[T: (str, int)](body: Body, key: str, choices: tuple[T, ...]) -> T:
    """Return a value that must be one of several."""
    value = body.get(key)
    if value not in choices:
        raise RefusedError(400, f"'{key}' must be one of {choices}")
    return choices[choices.index(value)]


def carry_out(site: SimulatedSite, key: tuple[str, str], text: bytes, now: float, mode: WriteMode) -> Settled | None:
    """Carry out a write; return the answer, or None for the document of the path.

    Raise RefusedError for a body that the gateway refuses.
    """
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RefusedError(400, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise RefusedError(400, "The body is not an object")
    return WRITES[key](_Write(site, body, now, mode))
