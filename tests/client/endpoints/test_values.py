"""What holds for every document: at most so many devices, and only words that can be shown."""

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    INVENTORY,
    INVERTER_LIST,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.endpoints.values import MOST_DEVICES, word
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from tests.support import answers, storage_answers as storage
from tests.support.answers import Document, body


def listing(endpoint: Endpoint[object], count: int) -> Document:
    """Return the document of an endpoint with a number of devices."""
    serials = [f"{122300000000 + number}" for number in range(count)]
    if endpoint is INVERTER_LIST:
        return [answers.listed_inverter(serialNumber=serial) for serial in serials]
    if endpoint is DEVICE_DATA:
        return {serial: answers.device(sn=serial) for serial in serials}
    if endpoint is INVENTORY:
        return [storage.group("ACB", *(storage.listed_ac_battery(serial) for serial in serials))]
    return [storage.group("ENCHARGE", *(storage.battery(serial) for serial in serials))]


@pytest.mark.parametrize(
    "endpoint", [INVERTER_LIST, DEVICE_DATA, INVENTORY, ENSEMBLE_INVENTORY], ids=lambda endpoint: endpoint.path
)
def test_more_devices_than_any_gateway_has_are_an_error(endpoint: Endpoint[object]) -> None:
    """Home Assistant would make a device of each, and be busy with that for minutes."""
    assert endpoint.parse(body(listing(endpoint, MOST_DEVICES)))
    with pytest.raises(GatewayResponseError, match=f"{MOST_DEVICES + 1} devices, expected at most {MOST_DEVICES}"):
        endpoint.parse(body(listing(endpoint, MOST_DEVICES + 1)))


@pytest.mark.parametrize("sent", ["open\0", "a\nb", "\u202eopen", "x" * 256, "", " ", None, 1])
def test_what_cannot_be_shown_is_no_word(sent: Document) -> None:
    assert word(sent) is None


@pytest.mark.parametrize("sent", ["open grid", " envoy.global.ok ", "Wärmepumpe", "給湯器"])
def test_a_word_of_any_language_can_be_shown(sent: str) -> None:
    assert word(sent) == sent.strip()
