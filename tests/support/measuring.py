"""Measure a site from its documents, without a gateway, and the sources of its values."""

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Site, Source
from custom_components.enphase_iq_gateway.client.site.snapshot import Snapshot
from custom_components.enphase_iq_gateway.client.site.sources import decide

from .models import NOW


def measure_live(documents: Documents) -> Snapshot:
    """Measure the live group of the site that the documents describe."""
    return measure(decide(documents), PollGroup.LIVE, documents, NOW)


def measure_report(documents: Documents) -> Snapshot:
    """Measure the report group of the site that the documents describe."""
    return measure(decide(documents), PollGroup.REPORT, documents, NOW)


def by_quantity(site: Site, flow: Flow) -> dict[Quantity, Source]:
    """Return the sources of one flow."""
    return {quantity: source for (its_flow, quantity), source in site.sources.items() if its_flow is flow}
