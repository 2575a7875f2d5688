"""Faults of the transport: late, broken, replaced or missing answers."""

from collections.abc import Callable
from dataclasses import replace

from .authentication import TOKEN_REFUSED
from .document_faults import DEVICES_PATH, REPORT_PATHS, V1_PATH
from .fault import Fault, FaultKind
from .local_days import LocalDays
from .server import Answer

_OUTAGE_END = 23 + 2 / 60  # in hours: 23:02
_GATEWAY_ERROR_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>\n"


def status(_answer: Answer, _fault: Fault, *, code: int = 503) -> Answer:
    """Answer with another status and an HTML page: 503 during boot, 504, 401, 403, a redirect (G§2.6)."""
    headers = (("Location", "https://localhost/"),) if 300 <= code < 400 else ()
    page = _GATEWAY_ERROR_PAGE.format(code).encode()
    return Answer(status=code, body=b"" if code == 204 else page, content_type="text/html", headers=headers)


def reports_refused(_answer: Answer, _fault: Fault) -> Answer:
    """Refuse the report, v1 and device_data (mr-manuel/venus-os_dbus-enphase-envoy#22), while the readings answer."""
    return TOKEN_REFUSED


def empty(answer: Answer, _fault: Fault) -> Answer:
    """Answer 200 without a body (G§14: in no recording)."""
    return replace(answer, status=200, body=b"")


def html(_answer: Answer, _fault: Fault) -> Answer:
    """Answer 200 with an HTML page labeled as JSON (G§15.1)."""
    return Answer(body=b"<!DOCTYPE html><html><body>Page Not Found</body></html>\n", content_type="application/json")


def truncated(answer: Answer, _fault: Fault) -> Answer:
    """Close the connection after half of the body (G§2.8)."""
    return replace(answer, cut_at=len(answer.body) // 2)


def wrong_shape(answer: Answer, _fault: Fault) -> Answer:
    """Answer with an object instead of an array, and the other way round (G§15.6)."""
    body = b"[]" if answer.body.lstrip().startswith(b"{") else b'{"error": "unavailable"}'
    return replace(answer, status=200, body=body)


def huge(answer: Answer, _fault: Fault, *, size: int = 64 * 2**20) -> Answer:
    """Answer with valid JSON that is far too large (default: 64 MiB)."""
    return replace(answer, status=200, body=b'"' + b"x" * (size - 2) + b'"')


def slow_drip(answer: Answer, _fault: Fault, *, size: int = 16, pause_s: float = 0.5) -> Answer:
    """Send the body a few bytes at a time (G§2.8: stalls of 45 s and more)."""
    return replace(answer, drip=(size, pause_s))


def hang(answer: Answer, _fault: Fault) -> Answer:
    """Never answer (G§5: device_data at 23:01)."""
    return replace(answer, hang=True)


def reset(answer: Answer, _fault: Fault, *, when: str = "before") -> Answer:
    """Reset the connection before, within or after the answer (G§2.6)."""
    match when:
        case "before" | "within" | "after":
            return replace(answer, reset=when)
        case _:
            raise ValueError(f"reset takes 'before', 'within' or 'after', not '{when}'")


def slow(answer: Answer, _fault: Fault, *, delay_s: float = 30.0) -> Answer:
    """Answer after a delay (G§6: 29-33 s on 7.6.175_total)."""
    return replace(answer, delay_s=delay_s)


def nightly_outage(answer: Answer, fault: Fault) -> Answer:
    """Reset every connection from 23:00 to 23:02 local time (G§2.6)."""
    return replace(answer, reset="before") if 23.0 <= LocalDays().hour(fault.now) < _OUTAGE_END else answer


_FUNCTIONS: tuple[Callable[..., Answer], ...] = (
    status,
    empty,
    html,
    truncated,
    wrong_shape,
    huge,
    slow_drip,
    hang,
    reset,
    slow,
    nightly_outage,
)

TRANSPORT_FAULTS = [
    *(FaultKind(function.__name__, "transport", function, ("*",)) for function in _FUNCTIONS),
    FaultKind("reports_refused", "transport", reports_refused, (*REPORT_PATHS, V1_PATH, DEVICES_PATH)),
]
