"""Where the power of AC Batteries comes from without live data: the report (S§13)."""

from dataclasses import replace

from custom_components.enphase_iq_gateway.client.endpoints import LIVE_DATA
from custom_components.enphase_iq_gateway.client.models import Flow, ReportedFlow
from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Quantity, Source
from custom_components.enphase_iq_gateway.client.site.sources import decide
from custom_components.enphase_iq_gateway.client.site.storage_site import StorageSite
from custom_components.enphase_iq_gateway.client.storage_models import ReportedStorage
from tests.support.measuring import by_quantity
from tests.support.models import READINGS as BOTH_READINGS, changed, documents_of, house, info, metered, meters, report

PRODUCTION, TOTAL, NET = Flow.PRODUCTION, Flow.TOTAL_CONSUMPTION, Flow.NET_CONSUMPTION


AC_BATTERIES = StorageSite(has_ac_batteries=True, missing=frozenset({LIVE_DATA}))
REPORTED = ReportedStorage(
    count=2, power_w=260.0, available_energy_wh=930.0, state_of_charge_percent=38.0, reading_time=1
)


def with_ac_batteries(documents: Documents, flows: dict[Flow, ReportedFlow] | None = None) -> Documents:
    """Return documents whose report has AC Batteries."""
    return changed(documents, report=replace(report(flows), storage=REPORTED))


def test_without_live_data_the_report_has_the_power_of_ac_batteries() -> None:
    site = decide(with_ac_batteries(metered()), storage=AC_BATTERIES)

    assert set(by_quantity(site, Flow.STORAGE).values()) == {Source.AC_BATTERIES}
    assert site.group(Flow.STORAGE, Quantity.POWER) is PollGroup.REPORT
    assert site.calculates_storage


def test_total_consumption_of_the_cts_does_not_contain_older_reports() -> None:
    """They are up to 15 minutes old."""
    site = decide(with_ac_batteries(metered(), house()), storage=AC_BATTERIES)

    assert not site.total_includes_storage
    assert by_quantity(site, TOTAL) == by_quantity(decide(changed(metered(), report=report(house()))), TOTAL)


def test_the_cts_measure_the_house_with_and_without_a_report() -> None:
    """Set-up has read both; later the report is read by another coordinator."""
    documents = with_ac_batteries(
        documents_of(info=info(), meters=meters(PRODUCTION, NET), readings=BOTH_READINGS), house()
    )
    site = decide(documents, storage=AC_BATTERIES)

    first, later = (
        measure(site, PollGroup.LIVE, each, 0.0).measurement(TOTAL).power_w
        for each in (documents, changed(documents, report=None))
    )

    assert first == later is not None


def test_a_report_with_ac_batteries_has_total_consumption_with_them() -> None:
    documents = with_ac_batteries(documents_of(info=info("5.0.62")), house())

    site = decide(documents, storage=AC_BATTERIES)

    assert site.total_includes_storage
    assert site.group(Flow.STORAGE, Quantity.POWER) is site.group(TOTAL, Quantity.POWER) is PollGroup.LIVE


def test_a_net_ct_alone_is_not_added_to_the_report_of_ac_batteries() -> None:
    documents = documents_of(info=info(), meters=meters(NET, disabled=(PRODUCTION,)), readings=BOTH_READINGS)

    assert by_quantity(decide(with_ac_batteries(documents), storage=AC_BATTERIES), Flow.STORAGE) == {}
