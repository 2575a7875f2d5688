"""Parsed answers about storage."""

from collections.abc import Mapping

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    DRY_CONTACT_SETTINGS,
    DRY_CONTACTS,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    EXPORT_LIMIT,
    GENERATOR,
    GENERATOR_CONFIG,
    GENERATOR_MODE,
    GENERATOR_SCHEDULE,
    GRID_RELAY,
    INVENTORY,
    LIVE_DATA,
    PRODUCTION_LIMIT,
    REPORT_DETAILED,
    SCHEDULER,
    SECONDARY_CONTROL,
    TARIFF,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments

from . import answers, installer_answers, storage_answers as storage
from .answers import NOW, Document
from .models import info

FULL: Mapping[Endpoint[object], Document] = {
    ENSEMBLE_INVENTORY: [
        storage.group("ENCHARGE", storage.battery(), storage.battery(storage.OTHER_BATTERY, percentFull=46)),
        storage.group("ENPOWER", storage.controller()),
    ],
    ENSEMBLE_POWER: storage.ensemble_power(),
    SECONDARY_CONTROL: storage.secondary_control(),
    ENSEMBLE_STATUS: storage.ensemble_status(),
    GRID_RELAY: storage.grid_relay(),
    DRY_CONTACTS: storage.dry_contacts(),
    DRY_CONTACT_SETTINGS: {"dry_contacts": [storage.contact_settings()]},
    GENERATOR: storage.generator(),
    GENERATOR_CONFIG: storage.generator_config(),
    GENERATOR_MODE: {"gen_cmd": "auto"},
    GENERATOR_SCHEDULE: installer_answers.generator_schedule(),
    EXPORT_LIMIT: installer_answers.export_limit(),
    PRODUCTION_LIMIT: installer_answers.production_limit(),
    SCHEDULER: storage.scheduler(),
    TARIFF: storage.tariff(),
    LIVE_DATA: storage.live_data(),
}
"""A site with two IQ Batteries, a system controller and a generator."""

AC_ONLY: Mapping[Endpoint[object], Document] = {
    ENSEMBLE_INVENTORY: [],
    INVENTORY: [storage.group("ACB", storage.listed_ac_battery(), storage.listed_ac_battery(storage.OTHER_AC_BATTERY))],
    DEVICE_DATA: answers.device_data(
        answers.device(), storage.detailed_ac_battery(), storage.detailed_ac_battery(storage.OTHER_AC_BATTERY)
    ),
    REPORT_DETAILED: answers.report(storage=[storage.reported_storage(activeCount=2)]),
    SECONDARY_CONTROL: storage.secondary_control(
        agg_soc=24,
        Max_energy=2480,
        ENC_agg_soc=0,
        ENC_agg_soh=0,
        ENC_agg_avail_energy=0,
        Enc_max_available_capacity=0,
        ACB_agg_soc=24,
        ACB_agg_energy=600,
    ),
}
"""A site with two AC Batteries."""

NONE: Mapping[Endpoint[object], Document] = {
    **FULL,
    ENSEMBLE_INVENTORY: [],
    GENERATOR_CONFIG: {},
    SECONDARY_CONTROL: storage.secondary_control(agg_soc=0, Max_energy=0, ENC_agg_soc=0, ENC_agg_avail_energy=0),
}
"""A site without any device whose gateway sends the other documents all the same (S§34)."""


def storage_documents(
    sent: Mapping[Endpoint[object], Document] = FULL,
    changes: Mapping[Endpoint[object], Document] | None = None,
    *,
    without: tuple[Endpoint[object], ...] = (),
    firmware: str = "8.3.6086",
) -> StorageDocuments:
    """Return documents, some of them changed or left out."""
    documents = StorageDocuments(info=info(firmware))
    for endpoint, document in {**sent, **(changes or {})}.items():
        if endpoint not in without:
            documents = documents.with_answer(endpoint, endpoint.parse(answers.body(document)), NOW)
    return documents
