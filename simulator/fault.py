"""One fault: what it is, which requests it strikes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
import inspect
from typing import Any, Literal

from .server import Request

type Scalar = str | float | bool


@dataclass(slots=True)
class Fault:
    """One fault put in: which requests it strikes, and what it remembers between them."""

    kind: FaultKind
    path: str | None
    after: int
    count: int | None
    parameters: dict[str, Scalar]
    seen: int = 0
    hits: int = 0
    now: float = 0.0
    """The simulated time of the request it strikes."""
    memory: dict[str, Any] = field(default_factory=dict)

    def applies_to(self, request: Request) -> bool:
        """Tell whether it strikes this request, counting it."""
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
    """A row of the table: what a fault does, and to which paths when none is named."""

    name: str
    layer: Literal["transport", "document", "text"]
    function: Callable[..., Any]
    paths: tuple[str, ...]

    @property
    def description(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def parameters(self) -> list[str]:
        """The names of what can be set."""
        every = inspect.signature(self.function).parameters.values()
        return [each.name for each in every if each.kind == each.KEYWORD_ONLY]
