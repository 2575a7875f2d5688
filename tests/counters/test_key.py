"""Keys and origins of counters, in the form in which they are stored."""

import pytest

from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import Source
from custom_components.enphase_iq_gateway.counters.key import (
    CounterField,
    CounterKey,
    FlowCounter,
    InverterCounter,
    counter_of,
    parse_counter_key,
    unique_id,
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


UNIQUE_IDS: dict[str, CounterKey] = {
    "1223_production_energy_lifetime": FlowCounter(Flow.PRODUCTION, CounterField.LIFETIME),
    "1223_grid_export_energy_l3": FlowCounter(Flow.NET_CONSUMPTION, CounterField.RECEIVED, 3),
    "1223_storage_ct_energy_delivered": FlowCounter(Flow.STORAGE, CounterField.DELIVERED),
    "9999_energy_lifetime": InverterCounter("9999"),
}


@pytest.mark.parametrize(("entity", "key"), UNIQUE_IDS.items(), ids=UNIQUE_IDS)
def test_a_counter_has_the_unique_id_of_its_entity(entity: str, key: CounterKey) -> None:
    assert (unique_id(key, "1223"), counter_of(entity, "1223")) == (entity, key)


@pytest.mark.parametrize("entity", ["1223_production_power", "9999_energy_today", "1223_evse_energy_lifetime_l9"])
def test_other_entities_show_no_counter(entity: str) -> None:
    assert counter_of(entity, "1223") is None


@pytest.mark.parametrize("text", ["", "inverter", "production", "production.power_w.0", "sun.energy_lifetime_wh.0"])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_counter_key(text)


@pytest.mark.parametrize(("text", "origin"), ORIGINS.items(), ids=ORIGINS)
def test_an_origin_is_stored_as_text_and_read_back(text: str, origin: Origin) -> None:
    assert (str(origin), Origin.parse(text)) == (text, origin)
