"""Redacting the answers about storage: what is shown of them stays the same, and no secret is left."""

from pathlib import Path

import orjson
import pytest

from custom_components.enphase_iq_gateway.client.endpoints import ACB_CONFIG, INVENTORY, Endpoint
from custom_components.enphase_iq_gateway.client.redaction import REDACTED, Scrubber
from custom_components.enphase_iq_gateway.client.site.storage import measure_storage
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_site import decide_storage
from tests.support import storage_answers as storage
from tests.support.answers import Document, body
from tests.support.captures import ANSWERS, CAPTURES, file_of, folders, needs
from tests.support.storage_captures import ALL, STORAGE, recorded_storage
from tests.support.storage_documents import AC_ONLY, FULL

STORED = (*folders(CAPTURES), ANSWERS / "mpreissner_D8.3.6086")


def scrubbed(document: Document) -> str:
    """Return a redacted document as text."""
    return orjson.dumps(Scrubber([]).answer(body(document))).decode()


@pytest.mark.parametrize(
    ("document", "secret"),
    [
        pytest.param(storage.contact_settings(load_name="Private pool"), "Private pool", id="load"),
        pytest.param(storage.contact_settings(pv_serial_nb=["121900000099"]), "121900000099", id="inverter"),
        pytest.param(storage.battery("121900000099"), "121900000099", id="battery"),
        pytest.param({"serial_nums": {"121900000099": {}}}, "121900000099", id="serial as a key"),
        pytest.param({"device_id": "ABC-123"}, "ABC-123", id="another form of serial"),
        pytest.param({"generator_id": "GEN4711"}, "GEN4711", id="generator"),
        pytest.param({"last_updated_by": "private"}, "private", id="account"),
        pytest.param({"seasons": [{"periods": [{"rate": 0.36445}]}]}, "0.36445", id="rate"),
        pytest.param({"dry_contacts": {"Private": {"dry_contact_load_name": "Pool"}}}, "Private", id="name as a key"),
        pytest.param({"dry_contact_load_name": "Pool"}, "Pool", id="load in live data"),
        pytest.param({"acb_sleep": [{"serial_num": "121900000099"}]}, "121900000099", id="AC Battery"),
    ],
)
def test_no_secret_is_left(document: Document, secret: str) -> None:
    assert secret in body(document).decode()
    assert secret not in scrubbed(document)


def test_firmware_and_conditions_stay() -> None:
    sent = storage.battery(device_status=["envoy.cond_flags.acb_ctrl.cellmaxtempwarning"])

    answer = Scrubber([]).answer(body(sent))

    assert isinstance(answer, dict)
    assert {key: value for key, value in answer.items() if value != sent[key]} == {"serial_num": "999900000000"}


ASLEEP: Document = {"acb_sleep": [{"serial_num": "121900000099"}]}
DOCUMENTS = {**FULL, INVENTORY: AC_ONLY[INVENTORY], ACB_CONFIG: ASLEEP}


@pytest.mark.parametrize("endpoint", STORAGE, ids=lambda endpoint: endpoint.path)
def test_the_redacted_document_of_every_endpoint_of_storage_can_be_read(endpoint: Endpoint[object]) -> None:
    """The simulator replays it."""
    assert endpoint.parse(orjson.dumps(Scrubber([]).answer(body(DOCUMENTS[endpoint]))))


def values_of(documents: StorageDocuments) -> list[object]:
    """Return what is shown, without serials."""
    found = measure_storage(decide_storage(documents), documents, 0)
    units = [
        (unit.state_of_charge_percent, unit.power_w, unit.device.temperature_c, unit.device.firmware)
        for unit in found.batteries.values()
    ]
    contacts = [
        (name, one.contact.status, one.settings.contact_type if one.settings else None, one.settings is None)
        for name, one in found.dry_contacts.items()
    ]
    return [
        units,
        contacts,
        [(unit.state_of_charge_percent, unit.energy_charged_wh) for unit in found.ac_batteries.values()],
        [(unit.temperature_c, unit.admin_state) for unit in found.system_controllers.values()],
        (found.state_of_charge_percent, found.capacity_wh, found.available_energy_wh, found.health_percent),
        (found.reserve_percent, found.reserve_set_percent, found.shutdown_level_percent, found.optimized),
        (found.charge_from_grid_allowed, found.profile, found.scheduler_mode),
        (found.grid_state, found.power_w),
        found.generator.state if found.generator else None,
    ]


@needs(CAPTURES)
@needs(ANSWERS)
@pytest.mark.parametrize("folder", STORED, ids=lambda folder: folder.name)
def test_redacted_answers_show_the_same(folder: Path) -> None:
    recorded = recorded_storage(folder)
    scrubber = Scrubber([])
    again = StorageDocuments(info=recorded.info)
    for endpoint in ALL:
        file = file_of(folder, endpoint)
        if file is not None and recorded.get(endpoint) is not None:
            answer = orjson.dumps(scrubber.answer(file.read_bytes()))
            again = again.with_answer(endpoint, endpoint.parse(answer), 0)

    assert values_of(again) == values_of(recorded)
    assert set(again.answers) == set(recorded.answers)


def test_names_of_unknown_fields_are_redacted() -> None:
    assert scrubbed({"Private pool": 1}) == f'{{"{REDACTED} 0":"{REDACTED}"}}'


@pytest.mark.parametrize("secret", ["001d.c0ab.cdef", "001dc0abcdef", "00:1d:c0:ab:cd:ef", "jane@localhost", "fe80::1"])
def test_an_address_in_a_text_of_a_known_field_is_redacted(secret: str) -> None:
    assert secret not in scrubbed({"devName": secret})
    assert Scrubber([]).text(f"failed for {secret}, why") == f"failed for {REDACTED}, why"
