"""Reading the endpoints of storage: all that a site may need once, and later those that are due."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
import time
from typing import Final

from ..endpoints import ENSEMBLE_INVENTORY, LIVE_DATA, Endpoint
from ..exceptions import GatewayConnectionError, GatewayError, GatewayResponseError
from ..gateway import Gateway
from ..models import Info
from .documents import Documents
from .probe import is_odd, may_exist
from .storage_documents import StorageDocuments
from .storage_site import StorageSite, decide_storage, storage_plan

STORAGE_PROBE_LIMIT_S: Final = 40.0
"""Time for the whole probe: some twenty answers of at most 0.4 s, or the slow `/inventory.json` (S§1)."""
_KEPT_S: Final = 90.0
"""An answer that could not be read again is used for its interval and this long."""
GIVE_UP_AFTER: Final = 2
"""Requests without any answer after which a poll ends."""
_EARLY_S: Final = 1.0
"""A timer may be early by less."""

type Clock = Callable[[], float]
"""A monotonic clock, so that the intervals pass whatever the wall clock is set to."""


async def probe_storage(
    gateway: Gateway,
    info: Info,
    known: Documents | None = None,
    *,
    clock: Clock = time.monotonic,
    limit_s: float = STORAGE_PROBE_LIMIT_S,
) -> StorageDocuments:
    """Read the inventory, and the other endpoints only where the site has what they report.

    A site without any of these devices costs one request. `known` are the documents of the probe at set-up: they have
    the AC Batteries. A 401, a 404 or HTML in two tries means that the gateway does not have an endpoint (S§1).
    Endpoints that were not reached within `limit_s` count as failed. Where live data are old because their stream is
    off, it is turned on, and they are read again in the end.

    Raises:
        GatewayError: the failure concerns the gateway as a whole (sign-in, certificate, another device).
    """
    documents = StorageDocuments(info=info)
    if known is not None:
        documents = documents.with_shared(known.answers, clock())
    wanted: list[Endpoint[object]] = [ENSEMBLE_INVENTORY]
    stream_turned_on = False
    try:
        async with asyncio.timeout(limit_s):
            while wanted:
                documents, error = await _read(gateway, documents, wanted[0], clock)
                if error is not None and is_odd(error) and wanted[0] is not ENSEMBLE_INVENTORY:
                    # One bad moment must not decide where the energy of storage comes from.
                    documents, _ = await _read(gateway, documents, wanted[0], clock)
                if wanted[0] is LIVE_DATA:
                    stream_turned_on = await _turn_stream_on(gateway, documents)
                wanted = _not_tried(documents)
            if stream_turned_on:
                documents, _ = await _read(gateway, documents, LIVE_DATA, clock, known=True)
    except TimeoutError:
        for endpoint in wanted:
            documents = documents.with_failure(endpoint, clock())
    return documents


async def _turn_stream_on(gateway: Gateway, documents: StorageDocuments) -> bool:
    """Turn the stream of live data on where it is off; return whether this was done."""
    live = documents.get(LIVE_DATA)
    if live is None or live.stream_enabled is not False:
        return False
    try:
        await gateway.enable_live_stream()
    except GatewayConnectionError, GatewayResponseError:
        return False
    return True


def _not_tried(documents: StorageDocuments) -> list[Endpoint[object]]:
    """Return the endpoints that the site needs and that were not requested yet: one answer may make others needed."""
    return [endpoint for endpoint in storage_plan(decide_storage(documents)) if endpoint not in documents.tried_at]


def due_endpoints(
    intervals_s: Mapping[Endpoint[object], float], documents: StorageDocuments, at: float
) -> list[Endpoint[object]]:
    """Return the endpoints whose interval has passed since they were requested."""
    return [
        endpoint
        for endpoint, interval_s in intervals_s.items()
        if at - documents.tried_at.get(endpoint, float("-inf")) >= interval_s - _EARLY_S
    ]


async def read_storage(
    gateway: Gateway,
    site: StorageSite,
    documents: StorageDocuments,
    endpoints: Iterable[Endpoint[object]],
    *,
    clock: Clock = time.monotonic,
) -> StorageDocuments:
    """Read some endpoints; one that fails does not affect the others, and its last answer is kept for a while.

    After two endpoints without an answer the others are left for the next poll: each attempt may take until its time
    limit, and the other coordinators wait.

    Raises:
        GatewayError: the gateway could not be reached, or the failure concerns it as a whole.
    """
    answered = False
    unreached = 0
    last_error: GatewayError | None = None
    for endpoint in endpoints:
        documents, error = await _read(gateway, documents, endpoint, clock, known=True)
        connected = not isinstance(error, GatewayConnectionError)
        answered = answered or connected
        last_error = error or last_error
        unreached += not connected
        if unreached == GIVE_UP_AFTER:
            break
    if last_error is not None and not answered:
        raise last_error
    return _without_expired(site, documents, clock())


def _without_expired(site: StorageSite, documents: StorageDocuments, at: float) -> StorageDocuments:
    """Return the documents without answers that are too old to be shown."""
    plan = storage_plan(site)
    expired = [
        endpoint
        for endpoint in documents.failed
        if at - documents.read_at.get(endpoint, at) > plan.get(endpoint, 0.0) + _KEPT_S
    ]
    return documents.without(*expired)


async def _read(
    gateway: Gateway,
    documents: StorageDocuments,
    endpoint: Endpoint[object],
    clock: Clock,
    *,
    known: bool = False,
) -> tuple[StorageDocuments, GatewayError | None]:
    """Read one endpoint; return the documents and the error.

    `known` is whether it has answered before: then one odd answer does not make it a missing endpoint.
    """
    try:
        document = await gateway.read(endpoint)
    except (GatewayConnectionError, GatewayResponseError) as error:
        missing = not known and not may_exist(error)
        return documents.with_failure(endpoint, clock(), missing=missing), error
    return documents.with_answer(endpoint, document, clock()), None
