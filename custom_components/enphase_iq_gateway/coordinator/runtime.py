"""What a loaded config entry holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from ..client import Gateway
from ..client.site.documents import Documents
from ..client.site.site import PollGroup, Site, Source
from ..counters.guard import Guard
from ..counters.store import CounterStore
from .inverters import InvertersCoordinator
from .live import LiveCoordinator
from .polled import PollGroupCoordinator
from .report import ReportCoordinator
from .site import SiteCoordinator
from .storage import StorageCoordinator

type GatewayConfigEntry = ConfigEntry[GatewayRuntime]


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayRuntime:
    """What a loaded config entry holds."""

    gateway: Gateway
    guard: Guard
    counter_store: CounterStore
    site_coordinator: SiteCoordinator
    coordinators: Mapping[PollGroup, PollGroupCoordinator]
    """The coordinators of the poll groups that this gateway has."""

    @property
    def all_coordinators(self) -> tuple[PollGroupCoordinator | SiteCoordinator, ...]:
        """All coordinators of the gateway."""
        return (*self.coordinators.values(), self.site_coordinator)

    @property
    def site(self) -> Site:
        """What the gateway has."""
        return self.site_coordinator.data.site


def loaded_runtime(entry: GatewayConfigEntry) -> GatewayRuntime | None:
    """Return the runtime of an entry, None unless it is loaded."""
    return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None


def gateway_answers(coordinator: PollGroupCoordinator) -> bool:
    """Return whether any poll group of a coordinator's gateway can be read."""
    runtime: GatewayRuntime = coordinator.config_entry.runtime_data
    return any(each.last_update_success for each in runtime.coordinators.values())


def create_coordinators(
    hass: HomeAssistant,
    entry: ConfigEntry,
    *,
    site_coordinator: SiteCoordinator,
    guard: Guard,
    documents: Documents,
) -> dict[PollGroup, PollGroupCoordinator]:
    """Create the coordinators of the poll groups that the site has."""
    # The inverters come first: their sum decides whether the report's energy of today is used on the first day.
    order: tuple[type[PollGroupCoordinator], ...] = (
        InvertersCoordinator,
        ReportCoordinator,
        LiveCoordinator,
        StorageCoordinator,
    )
    site = site_coordinator.data.site
    if Source.INVERTERS_AND_NET in site.sources.values():
        # Total consumption is computed from the counters of the net CT, and no flow with a CT has energy of today here.
        order = (LiveCoordinator, InvertersCoordinator, ReportCoordinator, StorageCoordinator)
    created = {
        kind.group: kind(hass, entry, site_coordinator=site_coordinator, guard=guard, documents=documents)
        for kind in order
        if site.reads(kind.group)
    }
    for coordinator in created.values():
        coordinator.coordinators = created
    return {group: created[group] for group in PollGroup if group in created}


@callback
def async_retry_together(entry: GatewayConfigEntry) -> None:
    """Retry failed polls soon after another coordinator has reached the gateway again."""
    coordinators = entry.runtime_data.all_coordinators

    @callback
    def retry_others(coordinator: PollGroupCoordinator | SiteCoordinator) -> None:
        if coordinator.recovered:
            for other in coordinators:
                if other is not coordinator:
                    other.refresh_soon()

    for coordinator in coordinators:
        entry.async_on_unload(coordinator.async_add_listener(partial(retry_others, coordinator)))
