"""The coordinators: each polls its part of the gateway at its own interval and fails alone."""

from .base import GatewayCoordinator
from .inverters import InvertersCoordinator
from .live import LiveCoordinator
from .polled import PollGroupCoordinator
from .report import ReportCoordinator
from .runtime import (
    GatewayConfigEntry,
    GatewayRuntime,
    async_retry_together,
    create_coordinators,
    gateway_answers,
    loaded_runtime,
)
from .site import SiteCoordinator, SiteData, async_find_site
from .storage import StorageCoordinator

__all__ = [
    "GatewayConfigEntry",
    "GatewayCoordinator",
    "GatewayRuntime",
    "InvertersCoordinator",
    "LiveCoordinator",
    "PollGroupCoordinator",
    "ReportCoordinator",
    "SiteCoordinator",
    "SiteData",
    "StorageCoordinator",
    "async_find_site",
    "async_retry_together",
    "create_coordinators",
    "gateway_answers",
    "loaded_runtime",
]
