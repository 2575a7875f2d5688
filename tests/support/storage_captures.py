"""The recorded answers about storage of one gateway, parsed."""

from functools import cache
import json
from pathlib import Path

from awesomeversion import AwesomeVersion

from custom_components.enphase_iq_gateway.client import endpoints
from custom_components.enphase_iq_gateway.client.endpoints import (
    ENSEMBLE_INVENTORY,
    INFO,
    INVENTORY,
    LIVE_DATA,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayError
from custom_components.enphase_iq_gateway.client.models import Info
from custom_components.enphase_iq_gateway.client.site.storage import measure_storage
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite, decide_storage
from custom_components.enphase_iq_gateway.client.site.storage_snapshot import StorageSnapshot
from custom_components.enphase_iq_gateway.client.storage_models import EnsembleDevice

from .captures import file_of, status

STORAGE: tuple[Endpoint[object], ...] = (
    endpoints.ENSEMBLE_INVENTORY,
    endpoints.ENSEMBLE_POWER,
    endpoints.SECONDARY_CONTROL,
    endpoints.ENSEMBLE_STATUS,
    endpoints.GRID_RELAY,
    endpoints.DRY_CONTACTS,
    endpoints.DRY_CONTACT_SETTINGS,
    endpoints.GENERATOR,
    endpoints.GENERATOR_CONFIG,
    endpoints.GENERATOR_MODE,
    endpoints.GENERATOR_SCHEDULE,
    endpoints.EXPORT_LIMIT,
    endpoints.PRODUCTION_LIMIT,
    endpoints.SCHEDULER,
    endpoints.TARIFF,
    endpoints.ACB_CONFIG,
    endpoints.LIVE_DATA,
    endpoints.INVENTORY,
)
"""The endpoints that only storage needs."""
ALL: tuple[Endpoint[object], ...] = (*STORAGE, endpoints.DEVICE_DATA, REPORT_DETAILED)


def raw(folder: Path, endpoint: Endpoint[object]) -> object:
    """Return the JSON of an answer, None where there is none."""
    file = file_of(folder, endpoint)
    return None if file is None else json.loads(file.read_bytes())


@cache
def recorded_storage(folder: Path) -> StorageDocuments:
    """Return the documents of a recorded gateway; what it refused is left out."""
    info_file = file_of(folder, INFO)
    info = INFO.parse(info_file.read_bytes()) if info_file else Info(serial="1", firmware=AwesomeVersion("8.3.6086"))
    documents = StorageDocuments(info=info)
    for endpoint in ALL:
        file = file_of(folder, endpoint)
        if file is not None and endpoint is not REPORT and status(file) == 200:
            try:
                documents = documents.with_answer(endpoint, endpoint.parse(file.read_bytes()), 0)
            except GatewayError:
                documents = documents.with_failure(endpoint, 0, missing=True)
    return documents


def recorded_at(documents: StorageDocuments) -> float:
    """Return the time of the newest report in the documents."""
    inventory, listed, live = documents.get(ENSEMBLE_INVENTORY), documents.get(INVENTORY), documents.get(LIVE_DATA)
    devices: list[EnsembleDevice] = []
    if inventory:
        devices = [*inventory.batteries.values(), *inventory.system_controllers.values()]
    reports = [device.last_reported or 0 for device in devices]
    reports += [battery.last_reported or 0 for battery in listed.ac_batteries.values()] if listed else []
    return max([*reports, (live.last_update if live else None) or 0], default=0)


def shown(folder: Path) -> tuple[StorageSite, StorageSnapshot]:
    """Return the storage of a recorded gateway and its values."""
    documents = recorded_storage(folder)
    site = decide_storage(documents)
    return site, measure_storage(site, documents, recorded_at(documents))
