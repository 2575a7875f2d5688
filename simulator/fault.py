"""One fault: what it does and which requests it affects."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
import inspect
from typing import Any, Literal

from .server import Request

type Scalar = str | float | bool


@dataclass(slots=True)
class Fault:
    """An injected fault, the requests it affects and its state between them."""

    kind: FaultKind
    path: str | None
    after: int
    count: int | None
    parameters: dict[str, Scalar]
    seen: int = 0
    """Number of requests to its paths."""
    hits: int = 0
    """Number of requests affected."""
    now: float = 0.0
    """Simulated time of the request being affected."""
    memory: dict[str, Any] = field(default_factory=dict)
    """State that the fault's function keeps between requests."""

    def applies_to(self, request: Request) -> bool:
        """Return whether the fault affects a request, and count the request."""
        patterns = (self.path,) if self.path else self.kind.paths
        if not any(fnmatchcase(request.path, each) or fnmatchcase(request.target, each) for each in patterns):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.count is not None and self.hits >= self.count):
            return False
        self.hits += 1
        return True


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault: the function that makes it and the paths it affects by default."""

    name: str
    layer: Literal["transport", "document", "text", "site", "write"]
    function: Callable[..., Any]
    paths: tuple[str, ...]

    @property
    def description(self) -> str:
        """First line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters that can be set."""
        every = inspect.signature(self.function).parameters.values()
        return [each.name for each in every if each.kind == each.KEYWORD_ONLY]
