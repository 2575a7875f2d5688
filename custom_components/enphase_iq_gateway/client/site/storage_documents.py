"""The answers about storage and the grid relay, each with the time of its reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self, cast

from ..endpoints import DEVICE_DATA, ENSEMBLE_POWER, LIVE_DATA, REPORT, REPORT_DETAILED, Endpoint
from ..models import Info

_SHARED: Final[frozenset[Endpoint[object]]] = frozenset(
    {LIVE_DATA, ENSEMBLE_POWER, DEVICE_DATA, REPORT, REPORT_DETAILED}
)
"""The endpoints of other coordinators that contain values of storage."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageDocuments:
    """Parsed answers by endpoint, the last one of each: they are read at different intervals."""

    info: Info
    answers: Mapping[Endpoint[object], object] = field(default_factory=dict[Endpoint[object], object])
    """Set by `with_answer`, read by `get`, which keep the type of each answer."""
    read_at: Mapping[Endpoint[object], float] = field(default_factory=dict[Endpoint[object], float])
    """When each answer was read, by the monotonic clock."""
    tried_at: Mapping[Endpoint[object], float] = field(default_factory=dict[Endpoint[object], float])
    """When each endpoint was last requested, with or without success."""
    missing: frozenset[Endpoint[object]] = frozenset()
    """Endpoints that this gateway does not have, or that are closed to this credential."""
    failed: frozenset[Endpoint[object]] = frozenset()
    """Endpoints that could not be read the last time but may well exist; an earlier answer is kept."""

    def get[T](self, endpoint: Endpoint[T]) -> T | None:
        """Return the last answer of an endpoint, None where there is none."""
        return cast("T | None", self.answers.get(endpoint))

    def with_answer[T](self, endpoint: Endpoint[T], document: T, at: float) -> Self:
        """Return the documents with a new answer of one endpoint."""
        return replace(
            self,
            answers={**self.answers, endpoint: document},
            read_at={**self.read_at, endpoint: at},
            tried_at={**self.tried_at, endpoint: at},
            missing=self.missing - {endpoint},
            failed=self.failed - {endpoint},
        )

    def with_failure(self, endpoint: Endpoint[object], at: float, *, missing: bool = False) -> Self:
        """Return the documents after an endpoint could not be read; the answer of a missing one is dropped."""
        documents = replace(self, tried_at={**self.tried_at, endpoint: at})
        if missing:
            return replace(
                documents.without(endpoint),
                missing=self.missing | {endpoint},
                failed=self.failed - {endpoint},
            )
        return replace(documents, failed=self.failed | {endpoint})

    def without(self, *endpoints: Endpoint[object]) -> Self:
        """Return the documents without the answers of some endpoints."""
        return replace(
            self,
            answers={known: answer for known, answer in self.answers.items() if known not in endpoints},
            read_at={known: at for known, at in self.read_at.items() if known not in endpoints},
        )

    def with_shared(self, answers: Mapping[Endpoint[object], object], at: float) -> Self:
        """Return the documents with the answers that the other coordinators read anyway and that concern storage."""
        shared = self
        for endpoint in _SHARED & answers.keys():
            shared = shared.with_answer(endpoint, answers[endpoint], at)
        return shared
