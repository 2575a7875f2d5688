"""The documents in the answers of a gateway, as the coordinators read them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from custom_components.enphase_iq_gateway.client import GatewayError
from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    ENSEMBLE_POWER,
    INFO,
    INVENTORY,
    INVERTER_LIST,
    LIVE_DATA,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments

from .storage_captures import STORAGE

OTHER_THAN_STORAGE: Final[tuple[Endpoint[object], ...]] = (
    METERS,
    READINGS,
    REPORT_DETAILED,
    REPORT,
    PRODUCTION_SUMMARY,
    INVERTER_LIST,
    DEVICE_DATA,
    INVENTORY,
)
"""The endpoints that sites without storage need, besides `/info`."""
ANSWERED: Final[tuple[Endpoint[object], ...]] = tuple(dict.fromkeys((INFO, *OTHER_THAN_STORAGE, *STORAGE)))
"""All endpoints whose answers are read."""


def documents_of(bodies: Mapping[Endpoint[object], bytes]) -> Documents:
    """Return the documents in answers; those that are no documents are missing.

    Raises:
        GatewayError: The gateway cannot be identified.
    """
    documents = Documents(info=INFO.parse(bodies[INFO]))
    failed = set()
    for endpoint in OTHER_THAN_STORAGE:
        try:
            document = endpoint.parse(bodies[endpoint])
        except GatewayError:
            failed.add(endpoint)
        else:
            documents = documents.with_answer(endpoint, document)
    for endpoint in (LIVE_DATA, ENSEMBLE_POWER):  # read by the coordinator of power where they serve a source
        with suppress(GatewayError):
            documents = documents.with_answer(endpoint, endpoint.parse(bodies[endpoint]))
    report = REPORT if REPORT_DETAILED in failed and REPORT not in failed else REPORT_DETAILED
    return replace(documents, report_endpoint=report, failed=frozenset(failed))


def storage_of(bodies: Mapping[Endpoint[object], bytes], at: float) -> StorageDocuments:
    """Return the documents about storage in answers; those that are no documents are missing.

    Raises:
        GatewayError: The gateway cannot be identified.
    """
    documents = StorageDocuments(info=INFO.parse(bodies[INFO]))
    for endpoint in (*STORAGE, DEVICE_DATA, REPORT_DETAILED):
        try:
            document = endpoint.parse(bodies[endpoint])
        except GatewayError:
            documents = documents.with_failure(endpoint, at)
        else:
            documents = documents.with_answer(endpoint, document, at)
    return documents
