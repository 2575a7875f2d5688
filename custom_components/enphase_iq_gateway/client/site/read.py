"""Polling: the endpoints of one group, read one after the other."""

from collections.abc import Collection, Mapping
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
from .site import Site

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
    gateway: Gateway,
    site: Site,
    endpoints: Collection[Endpoint[object]],
    meters: tuple[Meter, ...] | None,
    devices: DeviceData | None = None,
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
    read: set[Endpoint[object]] = set()
    failed: set[Endpoint[object]] = set()
    last_error: GatewayError | None = None
    for endpoint in _order(endpoints, details_last=devices is not None):
        if _is_redundant(endpoint, answers):
            continue
        try:
            answers[endpoint] = await gateway.read(endpoint)
            read.add(endpoint)
        except (GatewayConnectionError, GatewayResponseError) as error:
            last_error = error
            failed.add(endpoint)
    if last_error is not None and not read:
        raise last_error
    return Documents(
        info=site.info,
        report_endpoint=site.report_endpoint,
        answers=answers,
        details_kept=devices is not None and DEVICE_DATA not in read,
        failed=frozenset(failed),
    )


def _is_redundant(endpoint: Endpoint[object], answers: Mapping[Endpoint[object], object]) -> bool:
    """Return whether the answers already have all that an endpoint could add."""
    if endpoint is INVERTER_LIST:
        devices = answers.get(DEVICE_DATA)
        return isinstance(devices, DeviceData) and not devices.truncated
    return endpoint is DEVICE_DATA and INVERTER_LIST in answers


def _order(endpoints: Collection[Endpoint[object]], *, details_last: bool) -> list[Endpoint[object]]:
    """Return the endpoints of a group in the order of reading."""
    order = [endpoint for endpoint in _ORDER if endpoint in endpoints]
    return sorted(order, key=lambda endpoint: endpoint is DEVICE_DATA) if details_last else order
