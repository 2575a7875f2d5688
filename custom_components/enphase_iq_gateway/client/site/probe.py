"""Reading several endpoints as one: all of them at set-up, those of a group afterwards."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

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
from ..models import DeviceData, Flow, Info, Meter
from .site import Documents, PollGroup, Site

# All of set-up together: single answers may take 30 s and more (G§2.8, §6).
PROBE_LIMIT_S = 50
# The device data come with firmware 8; what 7.x answers there is not reliable (G§5).
DEVICE_DATA_SINCE_MAJOR = 8
TOKEN_SINCE_MAJOR = 7
# Too many requests or time-out: the endpoint is there, it is only busy.
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
# It says so itself (G§2.6).
_NOT_FOR_US = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})

_FIELDS: Mapping[Endpoint[object], str] = {
    METERS: "meters",
    READINGS: "readings",
    REPORT_DETAILED: "report",
    REPORT: "report",
    PRODUCTION_SUMMARY: "summary",
    DEVICE_DATA: "device_data",
    INVERTER_LIST: "inverter_list",
}
"""Where each document goes, in the order of asking: the list of inverters fills what the device data lack."""


def may_be_there(error: GatewayError) -> bool:
    """Whether an endpoint that gave this error is worth another try: not when it is missing or not for us (G§13.1)."""
    if isinstance(error, GatewayStatusError):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status in _BUSY
    return isinstance(error, GatewayConnectionError)


async def _add(gateway: Gateway, documents: Documents, endpoint: Endpoint[object]) -> Documents:
    """Read one endpoint into the documents, or note that it may be there all the same.

    Raises:
        GatewayError: what concerns the gateway as a whole: sign-in, certificate, another device.
    """
    try:
        document = await gateway.read(endpoint)
    except (GatewayConnectionError, GatewayResponseError) as error:
        if may_be_there(error):
            return replace(documents, failed=documents.failed | {endpoint})
        return documents
    return _with(documents, endpoint, document)


def _with(documents: Documents, endpoint: Endpoint[object], document: object) -> Documents:
    """Put a document in its place."""
    changes: dict[str, Any] = {_FIELDS[endpoint]: document}
    return replace(documents, **changes)


async def probe(
    gateway: Gateway,
    info: Info,
    *,
    relied_on: frozenset[Endpoint[object]] = frozenset(),
    updated: bool = False,
    limit_s: float | None = None,
) -> Documents:
    """Read everything once, the slow report last; what is not needed on this gateway is not asked for.

    What there was no time for may be there all the same. So may what a counter has relied on so far (`endpoints_of`):
    only an update of the firmware takes an endpoint away, and then the gateway says that it is gone.

    Raises:
        GatewayError: as `_add`; and when the list of meters, on which everything hangs, could not be read in time.
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
    """What has been read so far."""

    def __init__(self, gateway: Gateway, info: Info, relied_on: frozenset[Endpoint[object]], *, updated: bool) -> None:
        self._gateway = gateway
        self._relied_on = relied_on
        self._updated = updated
        self._major = info.firmware.section(0)
        self.documents = Documents(info=info)
        self.open = set(_FIELDS) - {REPORT}
        """Of which it is not known yet whether they are there."""

    async def run(self) -> None:
        """Ask in the order of G§13.1, but for the report."""
        await self._ask(METERS)
        if METERS in self.documents.failed:
            self.documents = replace(self.documents, failed=frozenset())
            await self._ask(METERS)
        if METERS in self.documents.failed:
            # An account that is refused is refused for good there alone (G§2.2), and then that is the reason.
            await self._ask(INVERTER_LIST)
            raise GatewayConnectionError(f"{METERS.path}: no list of meters in two tries")
        metered = _enabled(self.documents.meters)
        await self._ask(READINGS, needed=bool(metered))
        await self._ask(PRODUCTION_SUMMARY, needed=Flow.PRODUCTION not in metered)
        await self._ask(DEVICE_DATA, needed=self._major >= DEVICE_DATA_SINCE_MAJOR)
        devices = self.documents.device_data
        await self._ask(INVERTER_LIST, needed=devices is None or devices.truncated)
        await self._ask(REPORT_DETAILED)
        if self.documents.report is None and self._major >= TOKEN_SINCE_MAJOR:
            await self._ask(REPORT)
            self._choose_report()

    async def _ask(self, endpoint: Endpoint[object], *, needed: bool = True) -> None:
        if needed:
            self.documents = await _add(self._gateway, self.documents, endpoint)
            if self._is_odd(endpoint):
                # As a rule it is not there (G§15.1), but one bad moment must not decide where a counter comes from.
                self.documents = await _add(self._gateway, self.documents, endpoint)
            if endpoint in self._relied_on and (self._is_odd(endpoint) if self._updated else self._lacks(endpoint)):
                self.documents = replace(self.documents, failed=self.documents.failed | {endpoint})
        self.open.discard(endpoint)

    def _is_odd(self, endpoint: Endpoint[object]) -> bool:
        """Whether an endpoint has answered, and neither what it is for nor that it is not there or not for us."""
        return self._lacks(endpoint) and self._gateway.statistics[endpoint.path].status not in _NOT_FOR_US

    def _lacks(self, endpoint: Endpoint[object]) -> bool:
        """Whether an endpoint is taken for not being there."""
        return endpoint not in self.documents.failed and not was_read(self.documents, endpoint)

    def _choose_report(self) -> None:
        """Stay with the report without details where the other is not there, or does not answer as this one does."""
        failed = self.documents.failed
        if self.documents.report is not None:
            self.documents = replace(self.documents, report_endpoint=REPORT, failed=failed - {REPORT_DETAILED})
        elif REPORT in failed and REPORT_DETAILED not in failed:
            self.documents = replace(self.documents, report_endpoint=REPORT)


def _enabled(meters: Iterable[Meter] | None) -> frozenset[Flow]:
    return frozenset(meter.flow for meter in meters or () if meter.enabled)


async def read_group(
    gateway: Gateway, site: Site, group: PollGroup, meters: tuple[Meter, ...] | None, devices: DeviceData | None = None
) -> Documents:
    """Read what one group needs; what one of its endpoints does not give leaves what the others give.

    `devices` are details of inverters that will do this time: they are read only when the list does not answer.

    Raises:
        GatewayError: nothing at all could be read; or what concerns the gateway as a whole.
    """
    answers: dict[str, Any] = {"meters": meters, "device_data": devices}
    failed: set[Endpoint[object]] = set()
    last_error: GatewayError | None = None
    got: set[Endpoint[object]] = set()
    for endpoint in _order(site, group, details_last=devices is not None):
        details = answers["device_data"]
        if endpoint is INVERTER_LIST and details is not None and not details.truncated:
            continue
        if endpoint is DEVICE_DATA and answers.get(_FIELDS[INVERTER_LIST]) is not None:
            continue
        try:
            answers[_FIELDS[endpoint]] = await gateway.read(endpoint)
            got.add(endpoint)
        except (GatewayConnectionError, GatewayResponseError) as error:
            last_error = error
            failed.add(endpoint)
    if last_error is not None and not got:
        raise last_error
    return Documents(
        info=site.info,
        report_endpoint=site.report_endpoint,
        details_kept=devices is not None and DEVICE_DATA not in got,
        failed=frozenset(failed),
        **answers,
    )


def was_read(documents: Documents, endpoint: Endpoint[object]) -> bool:
    """Whether the documents hold what an endpoint says."""
    return endpoint not in documents.failed and getattr(documents, _FIELDS[endpoint]) is not None


def with_earlier(documents: Documents, earlier: Documents, endpoint: Endpoint[object]) -> Documents:
    """Let an endpoint say what it said before."""
    told = _with(documents, endpoint, getattr(earlier, _FIELDS[endpoint]))
    return replace(told, details_kept=True) if endpoint is DEVICE_DATA else told


def _order(site: Site, group: PollGroup, *, details_last: bool) -> list[Endpoint[object]]:
    """The group's endpoints in the order of asking."""
    wanted = site.reads(group)
    order = [endpoint for endpoint in _FIELDS if endpoint in wanted]
    return sorted(order, key=lambda endpoint: endpoint is DEVICE_DATA) if details_last else order


async def check_supported(gateway: Gateway, info: Info) -> None:
    """Make sure that there is something to read, with as few questions as that takes.

    Raises:
        GatewayUnsupportedError: none of the endpoints that tell the production is there.
        GatewayError: they may be there, but could not be read.
    """
    failed: GatewayError | None = None
    for endpoint in (PRODUCTION_SUMMARY, DEVICE_DATA, REPORT_DETAILED):
        try:
            await gateway.read(endpoint)
        except (GatewayConnectionError, GatewayResponseError) as error:
            failed = error if may_be_there(error) else failed
        else:
            return
    raise failed or GatewayUnsupportedError(f"firmware {info.firmware}: no endpoint says what is produced")
