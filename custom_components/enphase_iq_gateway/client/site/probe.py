"""The probe at set-up: every endpoint that this gateway may need, read once."""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from ..endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from ..exceptions import (
    GatewayConnectionError,
    GatewayError,
    GatewayResponseError,
    GatewayStatusError,
    GatewayTimeoutError,
    GatewayUnsupportedError,
)
from ..gateway import Gateway
from ..models import Flow, Info
from .documents import Documents, was_read

PROBE_LIMIT_S: Final = 50
"""Time for the whole probe: single answers may take 30 s and more (G§2.8, §6)."""
DEVICE_DATA_SINCE_MAJOR: Final = 8
"""The first firmware with reliable device data (G§5)."""
TOKEN_SINCE_MAJOR: Final = 7
# A timeout or too many requests: the endpoint exists, the gateway is busy.
_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
# The gateway's own statement that an endpoint is missing or closed to this credential (G§2.6).
_MISSING_OR_CLOSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_PROBED: Final[frozenset[Endpoint[object]]] = frozenset(
    {METERS, READINGS, PRODUCTION_SUMMARY, DEVICE_DATA, INVERTER_LIST, REPORT_DETAILED}
)


async def probe(
    gateway: Gateway,
    info: Info,
    *,
    relied_on: frozenset[Endpoint[object]] = frozenset(),
    updated: bool = False,
    limit_s: float | None = None,
) -> Documents:
    """Read every endpoint that this gateway may need, the slow report last.

    Endpoints that were not reached within `limit_s` count as failed. So do those that counters have relied on so far
    (`endpoints_of`) and that are missing or list nothing: only a firmware update removes an endpoint, and then the
    status shows it.

    Raises:
        GatewayError: the failure concerns the gateway as a whole (sign-in, certificate, another device), or the list
            of meters, on which all else depends, could not be read.
    """
    probed = _Probe(gateway, info, relied_on, updated=updated)
    limit_s = PROBE_LIMIT_S if limit_s is None else limit_s
    try:
        async with asyncio.timeout(limit_s):
            await probed.run()
    except TimeoutError:
        if METERS in probed.open:
            raise GatewayTimeoutError(f"{METERS.path}: no answer in {limit_s:.0f} s") from None
        return replace(probed.documents, failed=probed.documents.failed | probed.open)
    return probed.documents


class _Probe:
    """One run of the probe and what it has read so far."""

    def __init__(self, gateway: Gateway, info: Info, relied_on: frozenset[Endpoint[object]], *, updated: bool) -> None:
        self._gateway = gateway
        self._relied_on = relied_on
        self._updated = updated
        self._major = info.firmware.section(0)
        self.documents = Documents(info=info)
        self.open = set(_PROBED)
        """Endpoints that have not been tried yet."""

    async def run(self) -> None:
        """Read in the order of G§13.1, but the report last."""
        await self._read(METERS)
        if METERS in self.documents.failed:
            self.documents = replace(self.documents, failed=frozenset())
            await self._read(METERS)
        if METERS in self.documents.failed:
            # An account that is not accepted is refused for good on this endpoint only (G§2.2); then that is the error.
            await self._read(INVERTER_LIST)
            raise GatewayConnectionError(f"{METERS.path}: no list of meters in two tries")
        enabled = {meter.flow for meter in self.documents.get(METERS) or () if meter.enabled}
        await self._read(READINGS, needed=bool(enabled))
        await self._read(PRODUCTION_SUMMARY, needed=Flow.PRODUCTION not in enabled)
        await self._read(DEVICE_DATA, needed=self._major >= DEVICE_DATA_SINCE_MAJOR)
        devices = self.documents.get(DEVICE_DATA)
        await self._read(INVERTER_LIST, needed=devices is None or devices.truncated)
        await self._read(REPORT_DETAILED)
        if self.documents.get(REPORT_DETAILED) is None and self._major >= TOKEN_SINCE_MAJOR:
            await self._read(REPORT)
            self._choose_report()

    async def _read(self, endpoint: Endpoint[object], *, needed: bool = True) -> None:
        if needed:
            await self._try(endpoint)
            if self._is_odd(endpoint):
                # It usually does not exist (G§15.1), but one bad moment must not decide where a counter comes from.
                await self._try(endpoint)
            # An empty list is no proof either: a gateway without CTs has never had what the counters rely on.
            lost = self._is_odd(endpoint) if self._updated else not self.documents.get(endpoint)
            if endpoint in self._relied_on and lost:
                self._mark_failed(endpoint)
        self.open.discard(endpoint)

    async def _try(self, endpoint: Endpoint[object]) -> None:
        """Read one endpoint; a failure that may pass marks it as failed."""
        try:
            self.documents = self.documents.with_answer(endpoint, await self._gateway.read(endpoint))
        except (GatewayConnectionError, GatewayResponseError) as error:
            if may_exist(error):
                self._mark_failed(endpoint)

    def _mark_failed(self, endpoint: Endpoint[object]) -> None:
        self.documents = replace(self.documents, failed=self.documents.failed | {endpoint})

    def _is_odd(self, endpoint: Endpoint[object]) -> bool:
        """Return whether an endpoint has answered neither with its document nor that it is missing or closed."""
        return self._lacks(endpoint) and self._gateway.statistics[endpoint.path].status not in _MISSING_OR_CLOSED

    def _lacks(self, endpoint: Endpoint[object]) -> bool:
        """Return whether an endpoint counts as missing on this gateway."""
        return endpoint not in self.documents.failed and not was_read(self.documents, endpoint)

    def _choose_report(self) -> None:
        """Choose the report without details where the other one is missing or does not answer while this one does."""
        failed = self.documents.failed
        if self.documents.get(REPORT) is not None:
            self.documents = replace(
                self.documents,
                report_endpoint=REPORT,
                failed=failed - {REPORT_DETAILED},
                replaced=failed & {REPORT_DETAILED},
            )
        elif REPORT in failed and REPORT_DETAILED not in failed:
            self.documents = replace(self.documents, report_endpoint=REPORT)


def may_exist(error: GatewayError) -> bool:
    """Return whether an endpoint that failed with this error may exist: not when it is missing or closed (G§13.1)."""
    if isinstance(error, GatewayStatusError):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status in _BUSY
    return isinstance(error, GatewayConnectionError)


def is_odd(error: GatewayError) -> bool:
    """Return whether an endpoint has answered neither with its document nor that it is missing, closed or busy."""
    if isinstance(error, GatewayStatusError) and error.status in _MISSING_OR_CLOSED:
        return False
    return not may_exist(error)


async def check_supported(gateway: Gateway, info: Info) -> None:
    """Check that the gateway reports its production, with as few requests as possible.

    Raises:
        GatewayUnsupportedError: none of the endpoints that report the production exists.
        GatewayError: they may exist, but could not be read.
    """
    failed: GatewayError | None = None
    for endpoint in (PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED):
        try:
            await gateway.read(endpoint)
        except (GatewayConnectionError, GatewayResponseError) as error:
            failed = error if may_exist(error) else failed
        else:
            return
    try:
        meters = await gateway.read(METERS)
        if any(meter.enabled and meter.flow is Flow.PRODUCTION for meter in meters):
            await gateway.read(READINGS)
            return
    except (GatewayConnectionError, GatewayResponseError) as error:
        failed = error if may_exist(error) else failed
    raise failed or GatewayUnsupportedError(f"firmware {info.firmware}: no endpoint reports the production")
