"""Faults of the writes: each changes how the gateway handles one."""

from dataclasses import replace

from simulator.fault import Fault, FaultKind

from .writes import WriteMode


def write_works(mode: WriteMode, _fault: Fault) -> WriteMode:
    """Carry out the write whatever the firmware does usually (S§28: up to 8.2.127)."""
    return replace(mode, effective=True)


def write_late(mode: WriteMode, _fault: Fault, *, seconds: float = 20.0) -> WriteMode:
    """Carry out the write with a delay (S§29: deadlines of 30 and 90 s)."""
    return replace(mode, effective=True, delay_s=seconds)


def write_ignored(mode: WriteMode, _fault: Fault) -> WriteMode:
    """Answer 200 without any effect but on the stored tariff (S§28: from 8.2.4225 on)."""
    return replace(mode, effective=False)


def write_undone(mode: WriteMode, _fault: Fault, *, seconds: float = 90.0) -> WriteMode:
    """Carry out the write until the cloud undoes it (S§28: within 1-2 min)."""
    return replace(mode, effective=True, undone_after_s=seconds)


def write_fails(mode: WriteMode, _fault: Fault, *, code: int = 500) -> WriteMode:
    """Refuse the write with a status such as 400, 403 or 503 (S§44: no such answer is recorded)."""
    return replace(mode, effective=False, status=code)


def write_times_out(mode: WriteMode, _fault: Fault) -> WriteMode:
    """Carry out the write but never answer (S§11: the tariff takes 59 s on 7.6.175_total)."""
    return replace(mode, effective=True, hang=True)


WRITE_FAULTS = [
    FaultKind(function.__name__, "write", function, ("*",))
    for function in (write_works, write_late, write_ignored, write_undone, write_fails, write_times_out)
]
