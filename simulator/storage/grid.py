"""The grid relay: its states over time when the grid fails, returns, or is switched (S§25)."""

from dataclasses import dataclass, replace

CLOSED, OPEN = "closed", "open"
SYNCHRONIZING, SYNCHRONIZED = "open synchronizing", "open synchronized"

_TOP_OFF_S = 27.0  # between the command and the opening of the relay
_SYNCHRONIZING_S = 5.0
_RECONNECT_S = 10.0  # between the command and the closing of the relay
_NO_PV_S = 45.0  # until the inverters produce again on the batteries' grid
_GRID_WATCHED_S = 60.0  # after an outage, before the relay closes again


@dataclass(frozen=True, slots=True)
class Relay:
    """State of the grid, and of the relay if there is one."""

    grid: bool = True
    """Whether the utility's grid has voltage."""
    admin: str = CLOSED
    """Commanded position: closed or open."""
    oper: str = CLOSED
    """Real position: closed, open, open synchronizing or open synchronized."""
    pv: bool = True
    """Whether the inverters may produce."""
    top_off: bool = False
    """Whether the batteries charge before a commanded separation."""

    @property
    def connected(self) -> bool:
        """Whether the house is connected to the grid."""
        return self.oper == CLOSED

    @property
    def outage(self) -> bool:
        """Whether the grid has failed."""
        return not self.grid


type Plan = list[tuple[float, Relay]]
"""Seconds from now and the state from then on."""


def grid_failed(relay: Relay, *, has_relay: bool) -> Plan:
    """Return what happens when the grid fails; without a relay, the house has no power."""
    if not has_relay:
        return [(0.0, replace(relay, grid=False))]
    failed = Relay(grid=False, admin=relay.admin, oper=OPEN, pv=relay.pv and not relay.connected)
    return [(0.0, failed)] if failed.pv else [(0.0, failed), (_NO_PV_S, replace(failed, pv=True))]


def grid_returned(relay: Relay) -> Plan:
    """Return what happens when the grid is back: it is watched before the relay closes, if it may close."""
    back = replace(relay, grid=True, pv=True)
    if relay.connected:
        return [(0.0, back)]
    plan = [
        (0.0, replace(back, oper=SYNCHRONIZING)),
        (_GRID_WATCHED_S, replace(back, oper=SYNCHRONIZED)),
    ]
    if relay.admin == CLOSED:
        plan.append((_GRID_WATCHED_S + _RECONNECT_S, replace(back, oper=CLOSED)))
    return plan


def commanded_open(relay: Relay) -> Plan:
    """Return what happens on the command to leave the grid: a top-off, then the batteries form their own grid."""
    if not relay.connected:
        return [(0.0, replace(relay, admin=OPEN))]
    first = replace(relay, admin=OPEN, top_off=True, pv=False)
    opened = replace(first, top_off=False, oper=SYNCHRONIZING)
    synchronized = replace(opened, oper=SYNCHRONIZED)
    return [
        (0.0, first),
        (_TOP_OFF_S, opened),
        (_TOP_OFF_S + _SYNCHRONIZING_S, synchronized),
        (_TOP_OFF_S + _NO_PV_S, replace(synchronized, pv=True)),
    ]


def commanded_closed(relay: Relay) -> Plan:
    """Return what happens on the command to join the grid, which has to wait for a grid."""
    closing = replace(relay, admin=CLOSED, top_off=False, pv=True)
    if relay.connected or not relay.grid:
        return [(0.0, closing)]
    return [(0.0, replace(closing, oper=SYNCHRONIZED)), (_RECONNECT_S, replace(closing, oper=CLOSED))]
