"""Recorded answers of real gateways are read, or refused where they are no answer; figures are those of G§3 to §9."""

from pathlib import Path

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INFO,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from custom_components.enphase_iq_gateway.client.models import Flow
from tests.support.answers import values_in
from tests.support.captures import CAPTURES, file_name, needs, status

ENDPOINTS: tuple[Endpoint[object], ...] = (
    INFO,
    METERS,
    READINGS,
    REPORT_DETAILED,
    REPORT,
    PRODUCTION_SUMMARY,
    INVERTER_LIST,
    DEVICE_DATA,
)
FILES: dict[str, Endpoint[object]] = {
    **{file_name(endpoint): endpoint for endpoint in ENDPOINTS},
    "production.json": REPORT_DETAILED,
}

pytestmark = needs(CAPTURES)


def answers(*, html: bool) -> list[object]:
    """List the recorded answers with status 200, those that are HTML instead of JSON apart."""
    return [
        pytest.param(endpoint, file, id=f"{file.parent.name}/{name}")
        for name, endpoint in FILES.items()
        for file in sorted(CAPTURES.glob(f"*/{name}"))
        if status(file) == 200 and (endpoint is not INFO and file.read_bytes().lstrip().startswith(b"<")) is html
    ]


def read[T](endpoint: Endpoint[T], folder: str, file: str | None = None) -> T:
    """Read one recorded answer."""
    name = file or next(name for name, known in FILES.items() if known is endpoint)
    return endpoint.parse(CAPTURES.joinpath(folder, name).read_bytes())


@pytest.mark.parametrize(("endpoint", "file"), answers(html=False))
def test_every_answer_is_read(endpoint: Endpoint[object], file: Path) -> None:
    """Each has at least one value, unless the answer is an empty list."""
    body = file.read_bytes()

    assert any(value is not None for value in values_in(endpoint.parse(body))) or body.strip() == b"[]"


@pytest.mark.parametrize(("endpoint", "file"), answers(html=True))
def test_html_where_json_is_due_is_refused(endpoint: Endpoint[object], file: Path) -> None:
    """Legacy gateways send it with status 200."""
    with pytest.raises(GatewayResponseError, match="HTML, expected JSON"):
        endpoint.parse(file.read_bytes())


def test_most_answers_are_valid() -> None:
    """The lists above are not empty: 22 gateways, most with half a dozen endpoints."""
    assert len(list(CAPTURES.glob("*/info"))) >= 22
    assert len(answers(html=False)) > 120
    assert len(answers(html=True)) >= 6


def test_firmware_and_hardware_of_a_legacy_gateway() -> None:
    """G§14: folder 3.8.10 holds D3.18.10; it does not report metering hardware."""
    found = read(INFO, "3.8.10")

    assert (found.firmware, found.part_number, found.has_meter) == ("3.18.10", "800-00069-r05", None)
    assert not found.wants_token


def test_firmware_and_hardware_of_a_present_gateway() -> None:
    """G§14: D8.3.5433, metered."""
    found = read(INFO, "8.3.5433_tot_is_net_cons")

    assert (found.firmware, found.part_number, found.has_meter) == ("8.3.5433", "800-00555-r03", True)
    assert found.wants_token


def test_net_lifetime_of_old_firmware_is_the_imported_energy() -> None:
    """G§6.4: 16 908 208 Wh in the report and on the net CT."""
    meters = {meter.flow: meter.eid for meter in read(METERS, "4.10.35")}
    readings = {reading.eid: reading for reading in read(READINGS, "4.10.35")}
    net = read(REPORT_DETAILED, "4.10.35", "production.json").flows[Flow.NET_CONSUMPTION]

    assert net.total.energy_lifetime_wh == pytest.approx(16_908_208, abs=1)
    assert readings[meters[Flow.NET_CONSUMPTION]].total.energy_delivered_wh == pytest.approx(16_908_208, abs=1)


def test_net_lifetime_of_newer_firmware_may_be_negative() -> None:
    """G§6.4: import - export, -235 662 Wh."""
    net = read(REPORT_DETAILED, "8.2.4345_with_device_data").flows[Flow.NET_CONSUMPTION]

    assert net.total.energy_lifetime_wh == pytest.approx(-235_662, abs=1)
    assert len(net.lines) == 1


def test_the_sum_of_the_inverters_wraps_where_the_summary_does_not() -> None:
    """G§6.6: 174 174 Wh and five wraps of 2^32 J are 6 139 406 Wh."""
    inverters = read(REPORT_DETAILED, "7.6.175_standard", "production.json").inverters

    assert inverters is not None
    assert inverters.energy_lifetime_wh == 174_174
    assert read(PRODUCTION_SUMMARY, "7.6.175_standard").energy_lifetime_wh == 6_139_406


def test_batteries_and_retired_devices_are_no_inverters() -> None:
    """G§4: 17 inverters and 3 ACBs; G§5.2: 12 active and 3 retired; G§14: 12 active and 8 retired."""
    modern = read(DEVICE_DATA, "8.3.5289_modGone")
    total = read(DEVICE_DATA, "8.3.5433_tot_is_net_cons")

    assert len(read(INVERTER_LIST, "8.2.4382_ACB").inverters) == 17
    assert (len(modern.inverters), len(modern.retired), modern.truncated) == (12, 3, False)
    assert (len(total.inverters), len(total.retired)) == (12, 8)


def test_lifetimes_of_inverters_go_beyond_32_bits_of_joules() -> None:
    """G§5.5: one has 4 904 101 572 J, all together 11 216 541 Wh; none measures its current."""
    found = read(DEVICE_DATA, "8.3.5289_modGone").inverters.values()
    lifetimes = [inverter.energy_lifetime_wh or 0 for inverter in found]

    assert max(lifetimes) == pytest.approx(4_904_101_572 / 3600)
    assert sum(lifetimes) == pytest.approx(11_216_541, abs=1)
    assert {inverter.details.ac_current_a for inverter in found if inverter.power_w} == {None}
    assert {inverter.details.signal_strength for inverter in found} == {None}


def test_a_total_consumption_ct_has_its_own_counters_and_sums_its_power_factor() -> None:
    """G§9: 20 055 053 Wh consumed, 185 Wh back; G§6.3: a factor of 1.531; G§9 rule 2: an element without a partner."""
    meters = {meter.eid: meter for meter in read(METERS, "8.3.5433_tot_is_net_cons")}
    readings = read(READINGS, "8.3.5433_tot_is_net_cons")
    (total,) = [
        reading.total
        for reading in readings
        if reading.eid in meters and meters[reading.eid].flow is Flow.TOTAL_CONSUMPTION
    ]
    production = read(REPORT_DETAILED, "8.3.5433_tot_is_net_cons").flows[Flow.PRODUCTION]

    assert total.energy_delivered_wh == pytest.approx(20_055_053, abs=1)
    assert total.energy_received_wh == pytest.approx(185, abs=1)
    assert production.total.power_factor is None
    assert [reading.eid for reading in readings if reading.eid not in meters] == [1_023_410_688]


def test_without_metering_hardware_there_are_no_meters() -> None:
    """G§8: an empty list."""
    assert read(METERS, "5.0.62") == ()
    assert read(READINGS, "5.0.62") == ()
