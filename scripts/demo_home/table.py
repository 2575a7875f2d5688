"""The entities of the integration as a table: its rows and its layout in a terminal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .gateway_setup import DOMAIN
from .home_assistant import HomeAssistant

NO_VALUE = ("unknown", "unavailable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One enabled entity."""

    entity_id: str
    device: str
    name: str
    value: str
    has_value: bool
    of_gateway: bool
    is_inverter: bool
    """Whether it is the main entity of an inverter: its power."""


async def read_rows(home: HomeAssistant) -> list[Row]:
    """Return the enabled entities with their present values: the gateway's first, sorted by device and name."""
    devices = {device["id"]: device for device in await home.websocket_command("config/device_registry/list")}
    states = {state["entity_id"]: state for state in await home.websocket_command("get_states")}
    rows = [
        read_row(entity, devices.get(entity["device_id"], {}), states.get(entity["entity_id"]))
        for entity in await home.websocket_command("config/entity_registry/list")
        if entity["platform"] == DOMAIN and entity["disabled_by"] is None
    ]
    return sorted(rows, key=lambda row: (not row.of_gateway, row.device, row.name))


def read_row(entity: dict[str, Any], device: dict[str, Any], state: dict[str, Any] | None) -> Row:
    """Return the row of one entity from its registry entry, its device and its state, if it has one yet."""
    device_name: str = device.get("name_by_user") or device.get("name") or ""
    attributes = {} if state is None else state["attributes"]
    name: str = attributes.get("friendly_name", entity["entity_id"])
    # The main entity of a device has the name of the device.
    own_name = name.removeprefix(device_name).strip() or attributes.get("device_class", device_name).capitalize()
    value = "unavailable" if state is None else state["state"]
    has_value = value not in NO_VALUE
    if state is not None and has_value:
        value = format_state(state, entity.get("options", {}).get("sensor", {}))
    return Row(
        entity_id=entity["entity_id"],
        device=device_name,
        name=own_name,
        value=value,
        has_value=has_value,
        of_gateway=device.get("via_device_id") is None,
        is_inverter=entity["translation_key"] == "power",
    )


def format_state(state: dict[str, Any], options: dict[str, Any]) -> str:
    """Return a state as Home Assistant's frontend shows it: in local time, with its precision and unit."""
    value: str = state["state"]
    attributes = state["attributes"]
    if attributes.get("device_class") == "timestamp":
        return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    decimals = options.get("display_precision", options.get("suggested_display_precision"))
    if decimals is not None:
        value = f"{float(value):,.{decimals}f}".replace(",", " ")
    return f"{value} {attributes.get('unit_of_measurement', '')}".strip()


def layout(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table: one block per device; devices with the same entities share a block."""
    devices: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        devices[row.device][row.name] = row.value
    kinds: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for device, values in devices.items():
        kinds[tuple(values)].append(device)
    lines: list[str] = []
    for names, members in kinds.items():
        if len(members) == 1:
            lines += [members[0], *columns([f"  {name}", value] for name, value in devices[members[0]].items()), ""]
        else:
            body = [[f"  {device}", *devices[device].values()] for device in members]
            lines += [*columns([[f"{len(members)} devices", *names], *body]), ""]
    return lines


def columns(cells: Iterable[Sequence[str]]) -> list[str]:
    """Return lines with aligned cells: the first column to the left, the others to the right."""
    table = list(cells)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:], strict=True)]) for line in table]


def fit(lines: Sequence[str], width: int, height: int) -> list[str]:
    """Return the lines cut to the size of a terminal, with a last line that counts the omitted ones."""
    cut = [line[: width - 1] for line in lines]
    if len(cut) < height:
        return cut
    room = height - 2
    return [*cut[:room], f"... and {len(cut) - room} more lines; enlarge the window or open the page"[: width - 1]]
