"""Keys and origins of counters: their stored form is what older stores hold."""

import pytest

from custom_components.enphase_iq_gateway.client import Flow, Source
from custom_components.enphase_iq_gateway.counters.key import (
    CounterField,
    CounterKey,
    FlowCounter,
    InverterCounter,
    parse_counter_key,
)
from custom_components.enphase_iq_gateway.counters.origin import Origin, Variant

KEYS: dict[str, CounterKey] = {
    "production.energy_lifetime_wh.0": FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME),
    "net_consumption.energy_received_wh.3": FlowCounter(Flow.NET_CONSUMPTION, CounterField.RECEIVED, 3),
    "inverter.999911111111": InverterCounter("999911111111"),
}
ORIGINS = {
    "readings": Origin(Source.READINGS),
    "readings.total_consumption": Origin(Source.READINGS, Variant.TOTAL_CT),
    "report.total_from_net": Origin(Source.REPORT, Variant.TOTAL_FROM_NET),
}


@pytest.mark.parametrize(("text", "key"), KEYS.items(), ids=KEYS)
def test_a_key_is_stored_as_text_and_read_back(text: str, key: CounterKey) -> None:
    assert (str(key), parse_counter_key(text)) == (text, key)


@pytest.mark.parametrize("text", ["", "inverter", "production", "production.power_w.0", "sun.energy_lifetime_wh.0"])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_counter_key(text)


@pytest.mark.parametrize(("text", "origin"), ORIGINS.items(), ids=ORIGINS)
def test_an_origin_is_stored_as_text_and_read_back(text: str, origin: Origin) -> None:
    assert (str(origin), Origin.parse(text)) == (text, origin)
