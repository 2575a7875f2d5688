"""The answers of one gateway that were read at about the same time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self, cast

from ..endpoints import DEVICE_DATA, REPORT_DETAILED, Endpoint
from ..models import Info, Report
from .site import SOURCE_ENDPOINTS, Source
from .storage_documents import StorageDocuments


@dataclass(frozen=True, kw_only=True, slots=True)
class Documents:
    """Parsed answers by endpoint; an endpoint that was not read, is not there or could not be read is missing."""

    info: Info
    answers: Mapping[Endpoint[object], object] = field(default_factory=dict[Endpoint[object], object])
    """Set by `with_answer`, read by `get`, which keep the type of each answer."""
    report_endpoint: Endpoint[Report] = REPORT_DETAILED
    """The report that this gateway has (G§7)."""
    details_kept: bool = False
    """The device data were read earlier: nothing in them is a new sample of a counter."""
    failed: frozenset[Endpoint[object]] = frozenset()
    """Endpoints that could not be read this time but may well exist: timeouts, lost connections, status 5xx."""
    replaced: frozenset[Endpoint[object]] = frozenset()
    """Endpoints that could not be read this time either, but that another one has replaced."""
    storage: StorageDocuments | None = None
    """The answers about storage and the grid relay, read at set-up; None where they were not read."""

    def get[T](self, endpoint: Endpoint[T]) -> T | None:
        """Return the answer of an endpoint, None where there is none."""
        return cast("T | None", self.answers.get(endpoint))

    @property
    def report(self) -> Report | None:
        """Return the report of the endpoint that this gateway has."""
        return self.get(self.report_endpoint)

    def with_answer[T](self, endpoint: Endpoint[T], document: T | None) -> Self:
        """Return the same documents with another answer of one endpoint, None for no answer."""
        others = {known: answer for known, answer in self.answers.items() if known is not endpoint}
        return replace(self, answers=others if document is None else {**others, endpoint: document})

    def possible(self, source: Source) -> bool:
        """Return whether the gateway has a source, or may have it: a failure is no proof that it does not."""
        return any(self.get(endpoint) is not None or endpoint in self.failed for endpoint in SOURCE_ENDPOINTS[source])


def was_read(documents: Documents, endpoint: Endpoint[object]) -> bool:
    """Return whether an endpoint was read successfully."""
    return endpoint not in documents.failed and documents.get(endpoint) is not None


def with_earlier(documents: Documents, earlier: Documents, endpoint: Endpoint[object]) -> Documents:
    """Return the documents with the earlier answer of one endpoint."""
    bridged = documents.with_answer(endpoint, earlier.get(endpoint))
    return replace(bridged, details_kept=True) if endpoint is DEVICE_DATA else bridged
