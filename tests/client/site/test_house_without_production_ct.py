"""Total consumption where only a net CT is enabled: net consumption + what the inverters have reported."""

from dataclasses import replace

from custom_components.enphase_iq_gateway.client.endpoints import DEVICE_DATA, READINGS, REPORT_DETAILED
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source
from custom_components.enphase_iq_gateway.client.site.sources import decide
from tests.support.measuring import measure_report
from tests.support.models import (
    NET as NET_CT,
    NOW,
    changed,
    device_data,
    inverter,
    metered,
    meters,
    reading,
    report,
)

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION
NET_ONLY = changed(
    metered(),
    meters=meters(NET, disabled=(PRODUCTION,)),
    report=report(),
    device_data=device_data(inverter("A"), inverter("B")),
)
POWER, LIFETIME = (TOTAL, Quantity.POWER), (TOTAL, Quantity.LIFETIME)


def test_it_is_calculated_where_the_production_is_read() -> None:
    site = decide(NET_ONLY)

    assert (site.sources[POWER], site.sources[LIFETIME]) == (Source.INVERTERS_AND_NET, Source.INVERTERS_AND_NET)
    assert (site.group(*POWER), site.group(*LIFETIME)) == (PollGroup.REPORT, PollGroup.INVERTERS)
    assert site.reads(PollGroup.REPORT) == {READINGS, REPORT_DETAILED}
    assert site.reads(PollGroup.INVERTERS) == {DEVICE_DATA} | site.inverter_endpoints


def test_its_power_is_net_consumption_and_what_the_inverters_report() -> None:
    assert measure_report(NET_ONLY).measurement(TOTAL).power_w == -1000.0 + 2900.0


def test_its_power_includes_storage() -> None:
    documents = changed(
        NET_ONLY,
        meters=meters(NET, Flow.STORAGE, disabled=(PRODUCTION,)),
        readings=(reading(NET, NET_CT), reading(Flow.STORAGE, replace(NET_CT, power_w=400.0))),
    )

    assert measure_report(documents).measurement(TOTAL).power_w == -1000.0 + 2900.0 + 400.0


def test_its_power_is_unknown_without_the_reading_of_a_ct_that_it_consists_of() -> None:
    site = decide(changed(NET_ONLY, meters=meters(NET, Flow.STORAGE, disabled=(PRODUCTION,))))
    without_net = measure(decide(NET_ONLY), PollGroup.REPORT, changed(NET_ONLY, readings=None), NOW)
    without_storage = measure(site, PollGroup.REPORT, changed(NET_ONLY, meters=meters(NET)), NOW)
    without_inverters = measure(decide(NET_ONLY), PollGroup.REPORT, changed(NET_ONLY, report=None), NOW)

    assert without_net.measurement(TOTAL).power_w is None
    assert without_storage.measurement(TOTAL).power_w is None
    assert without_inverters.measurement(TOTAL).power_w is None


def test_a_production_ct_replaces_it_even_where_a_counter_has_kept_its_source() -> None:
    locked = decide(NET_ONLY).sources

    site = decide(metered(), locked)

    assert site.sources[POWER] is Source.READINGS
    assert site.sources[LIFETIME] is Source.REPORT


def test_it_replaces_a_total_whose_production_ct_is_not_enabled_any_more() -> None:
    site = decide(NET_ONLY, {LIFETIME: Source.REPORT})

    assert site.sources[LIFETIME] is Source.INVERTERS_AND_NET


def test_the_production_in_it_is_not_that_of_a_ct_that_is_no_longer_enabled() -> None:
    site = decide(NET_ONLY, {(PRODUCTION, Quantity.LIFETIME): Source.READINGS})

    assert site.sources[PRODUCTION, Quantity.LIFETIME] is Source.DEVICE_DATA
    assert site.sources[LIFETIME] is Source.INVERTERS_AND_NET


def test_a_total_ct_alone_gives_no_net_consumption() -> None:
    """Import and export of readings that are minutes apart would both be too high."""
    site = decide(changed(NET_ONLY, meters=meters(TOTAL, disabled=(PRODUCTION,))))

    assert {flow for flow, _ in site.sources} == {PRODUCTION, TOTAL}
