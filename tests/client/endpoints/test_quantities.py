"""A number that no gateway can measure is missing, in every document and at every key."""

from collections.abc import Callable

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    ENSEMBLE_POWER,
    ENSEMBLE_STATUS,
    INVERTER_LIST,
    LIVE_DATA,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.endpoints.values import signed
from tests.support import answers, storage_answers as storage
from tests.support.answers import Document, body
from tests.support.ranges import impossible_numbers, numbers_in

DOCUMENTS: list[tuple[Endpoint[object], Callable[[], Document]]] = [
    (READINGS, lambda: [answers.reading(), answers.reading()]),
    (REPORT_DETAILED, answers.report),
    (PRODUCTION_SUMMARY, answers.production_summary),
    (INVERTER_LIST, lambda: [answers.listed_inverter()]),
    (DEVICE_DATA, lambda: answers.device_data(answers.device())),
]
IDENTITIES = {"eid", "devType", "deviceCount", "deviceDataLimit"}
"""Without these a device is another one or none."""


def with_every_number(document: Document, number: Document) -> Document:
    """Return a document whose numbers are all replaced."""
    if isinstance(document, dict):
        return {
            key: value if key in IDENTITIES else with_every_number(value, number) for key, value in document.items()
        }
    if isinstance(document, list):
        return [with_every_number(value, number) for value in document]
    return number if isinstance(document, int | float) and not isinstance(document, bool) else document


@pytest.mark.parametrize("number", [1e12, 1e100, 1e308, -1e308, 2**63, -(2**63), 2**32 - 4])
@pytest.mark.parametrize(("endpoint", "document"), DOCUMENTS, ids=[endpoint.path for endpoint, _ in DOCUMENTS])
def test_an_absurd_number_is_missing(
    endpoint: Endpoint[object], document: Callable[[], Document], number: Document
) -> None:
    """Powers have limits of their own, because those depend on the site."""
    model = endpoint.parse(body(with_every_number(document(), number)))

    assert [(name, value) for name, value in impossible_numbers(model) if not name.endswith("_w")] == []


@pytest.mark.parametrize(("endpoint", "document"), DOCUMENTS, ids=[endpoint.path for endpoint, _ in DOCUMENTS])
def test_a_usual_number_is_kept(endpoint: Endpoint[object], document: Callable[[], Document]) -> None:
    """The same documents show that the ranges hide nothing."""
    model = endpoint.parse(body(document()))

    assert len(list(numbers_in(model))) >= 3
    assert impossible_numbers(model) == []


@pytest.mark.parametrize("key", ["activePower", "instantaneousDemand"])
def test_the_unsigned_image_of_a_power_in_the_readings_is_negative(key: str) -> None:
    powers: dict[str, Document] = {"activePower": 0, "instantaneousDemand": 0}
    channels: list[Document] = [answers.channel(**powers | {key: 2**32 - 4}), *[answers.channel(**powers)] * 2]

    (reading,) = READINGS.parse(body([answers.reading(activePower=2**32 - 4, channels=channels)]))

    assert (reading.total.power_w, reading.channels[0].power_w) == (-4, -4)


def test_the_unsigned_image_of_a_power_in_a_report_is_negative() -> None:
    report = REPORT_DETAILED.parse(body(with_every_number(answers.report(), 2**32 - 4)))

    assert {flow.total.power_w for flow in report.flows.values()} == {-4}


@pytest.mark.parametrize(
    ("endpoint", "document", "negative"),
    [
        (READINGS, [answers.reading()], {"power_w", "current_a", "apparent_power_va", "reactive_power_var"}),
        (
            REPORT_DETAILED,
            answers.report(storage=[]),
            {"power_w", "current_a", "apparent_power_va", "reactive_power_var"},
        ),
        (PRODUCTION_SUMMARY, answers.production_summary(), {"power_w"}),
        (INVERTER_LIST, [answers.listed_inverter()], {"power_w"}),
        (
            DEVICE_DATA,
            answers.device_data(answers.device()),
            {"power_w", "dc_current_a", "ac_current_a", "temperature_c"},
        ),
        (LIVE_DATA, storage.live_data(), {"total_w"}),
        (ENSEMBLE_POWER, storage.ensemble_power(), {"power_w"}),
        (ENSEMBLE_STATUS, storage.ensemble_status(), set[str]()),
        (ENSEMBLE_INVENTORY, storage.ensemble_inventory(), {"temperature_c", "max_cell_temperature_c"}),
    ],
    ids=lambda each: each.path if isinstance(each, Endpoint) else "",
)
def test_the_unsigned_image_is_negative_in_each_quantity_that_may_be_negative(
    endpoint: Endpoint[object], document: Document, negative: set[str]
) -> None:
    model = endpoint.parse(body(with_every_number(document, 2**32 - 4)))

    assert {name for name, value in numbers_in(model) if value < 0} == negative


def test_the_unsigned_image_of_the_power_of_ac_batteries_is_negative() -> None:
    sent = storage.reported_storage(wNow=2**32 - 260)

    reported = REPORT_DETAILED.parse(body(answers.report(storage=[sent]))).storage

    assert reported is not None
    assert reported.power_w == -260


@pytest.mark.parametrize("sent", [2**32 - 4, -4])
def test_the_highest_power_of_an_inverter_is_not_negative(sent: int) -> None:
    channel = answers.device_channel(watts={"now": 4, "max": sent})
    devices = DEVICE_DATA.parse(body(answers.device_data(answers.device(channels=[channel]))))
    listed = INVERTER_LIST.parse(body([answers.listed_inverter(maxReportWatts=sent)]))

    assert {each.max_power_w for found in (devices, listed) for each in found.inverters.values()} == {None}


@pytest.mark.parametrize(("sent", "watts"), [(2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32, 2**32), ("1", None)])
def test_only_the_upper_half_of_32_bits_is_an_image(sent: Document, watts: float | None) -> None:
    assert signed(sent) == watts
