"""The power of storage where no CT measures it: from live data, else from what the batteries report (S§21)."""

from dataclasses import replace

from ..endpoints import ENSEMBLE_POWER, LIVE_DATA
from ..gateway_clock import GatewayClock
from ..models import Flow, Measurement
from .documents import Documents
from .phases import total_of
from .site import Quantity, Site, Source
from .snapshot import TotalAndPhases


def from_live_data(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the power of storage and of its phases, nothing where live data are missing or outdated (S§14.1)."""
    live = documents.get(LIVE_DATA)
    if live is None or live.is_last_known:
        return {}
    phases = live.storage.phases_w[: site.phases(Flow.STORAGE)]
    return {Flow.STORAGE: tuple(Measurement(power_w=power_w) for power_w in (live.storage.total_w, *phases))}


def from_batteries(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the sum of the reported powers, None while the power of a battery is missing (S§3)."""
    reported = documents.get(ENSEMBLE_POWER)
    if reported is None:
        return {}
    powers = (reported[serial].power_w if serial in reported else None for serial in site.storage.batteries)
    return {Flow.STORAGE: (Measurement(power_w=total_of(powers)),)}


def from_ac_batteries(_: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the power of the AC Batteries in the report."""
    reported = documents.report.storage if documents.report else None
    return {} if reported is None else {Flow.STORAGE: (Measurement(power_w=reported.power_w),)}


def without_stale_ac_batteries(documents: Documents, clock: GatewayClock) -> Documents:
    """Return the documents without AC Batteries whose values the report repeats for too long (S§31)."""
    report = documents.report
    if report is None or report.storage is None or report.storage.is_fresh(clock):
        return documents
    return documents.with_answer(documents.report_endpoint, replace(report, storage=None))


def without_ct(site: Site, documents: Documents) -> dict[Flow, TotalAndPhases]:
    """Return the power of storage from the source that the site has for it, nothing with a storage CT."""
    match site.sources.get((Flow.STORAGE, Quantity.POWER)):
        case Source.LIVE_DATA:
            return from_live_data(site, documents)
        case Source.BATTERIES:
            return from_batteries(site, documents)
        case Source.AC_BATTERIES:
            return from_ac_batteries(site, documents)
        case _:
            return {}
