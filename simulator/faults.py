"""Faults by name: what goes wrong on the way (transport) and what is wrong in the answer (document)."""

from collections.abc import Callable
from dataclasses import replace

import orjson

from .counter_faults import COUNTER_FAULTS
from .document_faults import DOCUMENT_FAULTS
from .fault import Fault, FaultKind, Scalar
from .server import Answer, Request
from .transport_faults import TRANSPORT_FAULTS

FAULTS: dict[str, FaultKind] = {kind.name: kind for kind in (*TRANSPORT_FAULTS, *DOCUMENT_FAULTS, *COUNTER_FAULTS)}
"""Every fault there is; each one's docstring names its row in the gateway's reference (G)."""


class Faults:
    """The faults of one simulator."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start without faults."""
        self._clock = clock
        self.active: list[Fault] = []

    def add(
        self, name: str, *, path: str | None = None, after: int = 0, count: int | None = None, **parameters: Scalar
    ) -> Fault:
        """Put a fault in.

        `path` is a path with or without its query and may hold `*`; without it the fault strikes where it makes sense.
        It spares the first `after` of these requests and strikes `count` of them, or all. Raise ValueError for an
        unknown name or parameter.
        """
        kind = FAULTS.get(name)
        if kind is None:
            raise ValueError(f"There is no fault '{name}'; there are: {', '.join(sorted(FAULTS))}")
        known = kind.parameters
        if unknown := set(parameters) - set(known):
            raise ValueError(
                f"Fault '{name}' has no {', '.join(sorted(unknown))}; it has: {', '.join(known) or 'nothing'}"
            )
        fault = Fault(kind, path, after, count, parameters)
        self.active.append(fault)
        return fault

    def clear(self, name: str | None = None) -> None:
        """Take the faults of a name out, or all."""
        self.active = [fault for fault in self.active if name is not None and fault.kind.name != name]

    def apply(self, request: Request, answer: Answer) -> Answer:
        """Spoil an answer with the faults that strike this request, documents first."""
        struck = [fault for fault in self.active if fault.applies_to(request)]
        for fault in struck:
            fault.now = self._clock()
            if fault.kind.layer != "transport" and answer.status == 200:
                answer = _edited(answer, fault)
        for fault in struck:
            if fault.kind.layer == "transport":
                answer = fault.kind.function(answer, fault, **fault.parameters)
        return answer


def _edited(answer: Answer, fault: Fault) -> Answer:
    """Let a fault edit the body."""
    if fault.kind.layer == "text":
        return replace(answer, body=fault.kind.function(answer.body, fault, **fault.parameters))
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return answer
    return replace(answer, body=orjson.dumps(fault.kind.function(document, fault, **fault.parameters)))
