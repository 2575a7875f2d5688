"""`/inventory.json`: the part numbers of the inverters."""

import orjson
import pytest

from custom_components.enphase_iq_gateway.client import GatewayResponseError
from custom_components.enphase_iq_gateway.client.endpoints.inventory import parse_inventory
from custom_components.enphase_iq_gateway.client.part_numbers import inverter_model_name


def part_numbers(document: object) -> dict[str, str]:
    """Return the part numbers of a document by serial."""
    return dict(parse_inventory(orjson.dumps(document)).inverter_part_numbers)


def test_inverters_have_their_part_numbers_and_other_devices_none() -> None:
    document = [
        {"type": "PCU", "devices": [{"serial_num": "482300000001", "part_num": "800-00630-r02"}]},
        {"type": "ACB", "devices": [{"serial_num": "121900000001", "part_num": "800-00930-r03"}]},
    ]

    assert part_numbers(document) == {"482300000001": "800-00630-r02"}


@pytest.mark.parametrize(
    "device",
    [
        *(None, 1, [], {}, {"serial_num": "482300000002"}, {"part_num": "800-00630"}, {"serial_num": 1, "part_num": 2}),
        {"serial_num": "<b>4823</b>", "part_num": "800-00630-r02"},
        {"serial_num": "482300000003", "part_num": "[800](https://example.com)"},
    ],
)
def test_an_odd_device_leaves_the_others(device: object) -> None:
    good = {"serial_num": "482300000001", "part_num": "800-00630-r02"}

    assert part_numbers([{"type": "PCU", "devices": [device, good]}]) == {"482300000001": "800-00630-r02"}


@pytest.mark.parametrize("devices", [None, {}, "none"])
def test_a_group_without_a_list_of_devices_is_empty(devices: object) -> None:
    assert part_numbers([{"type": "PCU", "devices": devices}]) == {}


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'[{"devices": []}]'])
def test_another_document_is_an_error(body: bytes) -> None:
    with pytest.raises(GatewayResponseError):
        parse_inventory(body)


@pytest.mark.parametrize(
    ("part_number", "model"),
    [("800-00630-r02", "IQ7-60-2-INT"), ("800-01391", "IQ8HC"), ("800-99999-r01", None), ("", None)],
)
def test_the_model_of_an_inverter_follows_from_its_part_number(part_number: str, model: str | None) -> None:
    assert inverter_model_name(part_number) == model
