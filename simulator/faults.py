"""All faults by name: in the transport of an answer, in its document or in what the gateway measures."""

from collections.abc import Callable
from dataclasses import replace

import orjson

from .counter_faults import COUNTER_FAULTS
from .document_faults import DOCUMENT_FAULTS
from .fault import Fault, FaultKind, Scalar
from .server import Answer, Request
from .simulated_site import SimulatedSite
from .site_faults import SITE_FAULTS
from .storage.faults import STORAGE_FAULTS
from .storage.write_faults import WRITE_FAULTS
from .storage.writes import WriteMode
from .transport_faults import TRANSPORT_FAULTS

FAULTS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (*TRANSPORT_FAULTS, *DOCUMENT_FAULTS, *COUNTER_FAULTS, *SITE_FAULTS, *STORAGE_FAULTS, *WRITE_FAULTS)
}
"""Every kind of fault; the docstring of its function cites gateway.md (G§n), storage.md (S§n) or a public report."""


class Faults:
    """The faults of one simulator."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.active: list[Fault] = []

    def add(
        self, name: str, *, path: str | None = None, after: int = 0, count: int | None = None, **parameters: Scalar
    ) -> Fault:
        """Inject a fault.

        `path` is a path with or without its query and may contain `*`; without it, the fault affects the paths of its
        kind. It skips the first `after` requests and affects the next `count`, or all of them. Raise ValueError for an
        unknown name or parameter.
        """
        kind = FAULTS.get(name)
        if kind is None:
            raise ValueError(f"Unknown fault '{name}'; choose from: {', '.join(sorted(FAULTS))}")
        known = kind.parameters
        if unknown := set(parameters) - set(known):
            raise ValueError(
                f"Fault '{name}' has no parameter {', '.join(sorted(unknown))}; it has: {', '.join(known) or 'none'}"
            )
        fault = Fault(kind, path, after, count, parameters)
        self.active.append(fault)
        return fault

    def clear(self, name: str | None = None) -> None:
        """Remove the faults of a name, or all faults."""
        self.active = [fault for fault in self.active if name is not None and fault.kind.name != name]

    def measure(self, request: Request, site: SimulatedSite) -> SimulatedSite:
        """Return the site as the gateway measures it, with all faults of the measurement that affect the request."""
        for fault in self.active:
            if fault.kind.layer == "site" and fault.applies_to(request):
                fault.now = self._clock()
                site = fault.kind.function(site, fault, **fault.parameters)
        return site

    def write_mode(self, request: Request, mode: WriteMode) -> WriteMode:
        """Return how a write is handled, with all faults of writes that affect the request."""
        for fault in self.active:
            if fault.kind.layer == "write" and fault.applies_to(request):
                mode = fault.kind.function(mode, fault, **fault.parameters)
        return mode

    def apply(self, request: Request, answer: Answer) -> Answer:
        """Return the answer with all its faults that affect the request, those of the document first."""
        matching = [
            fault for fault in self.active if fault.kind.layer not in ("site", "write") and fault.applies_to(request)
        ]
        for fault in matching:
            fault.now = self._clock()
            if fault.kind.layer != "transport" and answer.status == 200:
                answer = _edited(answer, fault)
        for fault in matching:
            if fault.kind.layer == "transport":
                answer = fault.kind.function(answer, fault, **fault.parameters)
        return answer


def _edited(answer: Answer, fault: Fault) -> Answer:
    """Return the answer with its body edited by a fault."""
    if fault.kind.layer == "text":
        return replace(answer, body=fault.kind.function(answer.body, fault, **fault.parameters))
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return answer
    return replace(answer, body=orjson.dumps(fault.kind.function(document, fault, **fault.parameters)))
