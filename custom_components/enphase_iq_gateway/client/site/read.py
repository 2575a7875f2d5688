"""Polling: the endpoints of one group, read one after the other."""

from dataclasses import replace
from typing import Final

from ..endpoints import (
    DEVICE_DATA,
    ENSEMBLE_POWER,
    INVERTER_LIST,
    LIVE_DATA,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from ..exceptions import GatewayConnectionError, GatewayError, GatewayResponseError
from ..gateway import Gateway
from ..models import DeviceData, Meter
from .documents import Documents
from .site import PollGroup, Site

_ORDER: Final[tuple[Endpoint[object], ...]] = (
    READINGS,
    LIVE_DATA,
    ENSEMBLE_POWER,
    REPORT_DETAILED,
    REPORT,
    PRODUCTION_SUMMARY,
    DEVICE_DATA,
    INVERTER_LIST,
)
"""The order of reading: the list of inverters is needed only for what the device data lack."""


async def read_group(
    gateway: Gateway, site: Site, group: PollGroup, meters: tuple[Meter, ...] | None, devices: DeviceData | None = None
) -> Documents:
    """Read the endpoints of one group; one that fails does not affect the others.

    `devices` are device data that are recent enough: they are read again only when the list of inverters fails.

    Raises:
        GatewayError: no endpoint could be read, or the failure concerns the gateway as a whole.
    """
    answers: dict[Endpoint[object], object] = {}
    if meters is not None:
        answers[METERS] = meters
    if devices is not None:
        answers[DEVICE_DATA] = devices
    documents = Documents(info=site.info, report_endpoint=site.report_endpoint, answers=answers)
    read: set[Endpoint[object]] = set()
    failed: set[Endpoint[object]] = set()
    last_error: GatewayError | None = None
    for endpoint in _order(site, group, details_last=devices is not None):
        if _is_redundant(endpoint, documents):
            continue
        try:
            documents = documents.with_answer(endpoint, await gateway.read(endpoint))
            read.add(endpoint)
        except (GatewayConnectionError, GatewayResponseError) as error:
            last_error = error
            failed.add(endpoint)
    if last_error is not None and not read:
        raise last_error
    return replace(documents, details_kept=devices is not None and DEVICE_DATA not in read, failed=frozenset(failed))


def _is_redundant(endpoint: Endpoint[object], documents: Documents) -> bool:
    """Return whether the documents already have all that an endpoint could add."""
    if endpoint is INVERTER_LIST:
        devices = documents.get(DEVICE_DATA)
        return devices is not None and not devices.truncated
    return endpoint is DEVICE_DATA and documents.get(INVERTER_LIST) is not None


def _order(site: Site, group: PollGroup, *, details_last: bool) -> list[Endpoint[object]]:
    """Return the endpoints of a group in the order of reading."""
    polled = site.reads(group)
    order = [endpoint for endpoint in _ORDER if endpoint in polled]
    return sorted(order, key=lambda endpoint: endpoint is DEVICE_DATA) if details_last else order
