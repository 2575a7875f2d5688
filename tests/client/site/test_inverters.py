"""The inverters of two endpoints are merged by serial, without retired ones."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.site.inverters import merge_inverters
from tests.support.models import NOW, changed, device_data, documents_of, info, inverter, inverter_list, listed

DAY = 86_400
NOTHING_READ = documents_of(info=info())


def test_details_count_more_than_the_list() -> None:
    """The list fills in what the details lack (G§5)."""
    documents = changed(
        NOTHING_READ,
        device_data=device_data(inverter("A"), replace(inverter("B"), power_w=None, last_reported=None)),
        inverter_list=inverter_list(listed("A"), listed("B")),
    )

    merged = merge_inverters(documents)

    assert (merged["A"].power_w, merged["A"].max_power_w, merged["A"].energy_lifetime_wh) == (100.0, 300.0, 20_000.0)
    assert (merged["B"].power_w, merged["B"].last_reported) == (110.0, NOW)


def test_details_that_leave_nothing_open_stay_as_they_are() -> None:
    """An equal object writes no state."""
    complete = replace(inverter("A"), max_power_w=290.0)
    documents = changed(NOTHING_READ, device_data=device_data(complete), inverter_list=inverter_list(listed("A")))

    assert merge_inverters(documents)["A"] == complete


def test_a_later_report_in_the_list_counts_more_than_the_details() -> None:
    """Details of an earlier reading keep the values that the list does not have."""
    documents = changed(
        NOTHING_READ,
        device_data=device_data(inverter("A"), truncated=True),
        inverter_list=inverter_list(listed("A", NOW + 300)),
    )

    merged = merge_inverters(documents)["A"]

    assert (merged.power_w, merged.last_reported, merged.energy_lifetime_wh) == (110.0, NOW + 300, 20_000.0)


def test_above_the_limit_the_rest_comes_from_the_list() -> None:
    """The device data are cut off at their limit (G§5.1)."""
    documents = changed(
        NOTHING_READ,
        device_data=device_data(inverter("A"), truncated=True, retired=["R"]),
        inverter_list=inverter_list(listed("A"), listed("B"), listed("R")),
    )

    merged = merge_inverters(documents)

    assert set(merged) == {"A", "B"}
    assert merged["A"].energy_lifetime_wh == 20_000.0
    assert merged["B"].energy_lifetime_wh is None


def test_inverters_that_complete_device_data_lack_are_retired() -> None:
    """An inverter that only the list has is retired (G§5.2)."""
    documents = changed(
        NOTHING_READ, device_data=device_data(inverter("A")), inverter_list=inverter_list(listed("A"), listed("B"))
    )

    assert set(merge_inverters(documents)) == {"A"}


def test_without_device_data_the_list_is_all() -> None:
    assert set(merge_inverters(changed(NOTHING_READ, inverter_list=inverter_list(listed("A"))))) == {"A"}
    assert set(merge_inverters(changed(NOTHING_READ, device_data=device_data(inverter("A"))))) == {"A"}
    assert merge_inverters(NOTHING_READ) == {}


@pytest.mark.parametrize(
    ("last_reported", "there"),
    [
        pytest.param(NOW - 29 * DAY, True, id="within a month of the newest"),
        pytest.param(NOW - 31 * DAY, False, id="retired but still listed"),
        pytest.param(0, False, id="never heard"),
        pytest.param(None, False, id="no date"),
    ],
)
def test_an_inverter_without_reports_for_long_is_retired(*, last_reported: int | None, there: bool) -> None:
    """Old firmware lists retired inverters for ever (G§4); only the gateway's own times are compared."""
    documents = changed(NOTHING_READ, inverter_list=inverter_list(listed("A"), listed("B", last_reported)))

    assert ("B" in merge_inverters(documents)) is there


def test_a_date_in_the_future_does_not_retire_the_other_inverters() -> None:
    documents = changed(NOTHING_READ, inverter_list=inverter_list(listed("A"), listed("B", NOW + 10 * 365 * DAY)))

    merged = merge_inverters(documents, NOW)

    assert (merged["A"].power_w, merged["A"].last_reported) == (110.0, NOW)


@pytest.mark.parametrize("details", [False, True])
def test_a_report_from_the_future_has_neither_date_nor_power(*, details: bool) -> None:
    future = replace(inverter("A"), last_reported=NOW + 301)
    documents = changed(
        NOTHING_READ,
        device_data=device_data(future) if details else None,
        inverter_list=inverter_list(listed("A", NOW + 301)),
    )

    merged = merge_inverters(documents, NOW)["A"]

    assert (merged.power_w, merged.last_reported) == (None, None)


@pytest.mark.parametrize("clock_ahead_s", [3500.0, -3500.0])
def test_dates_are_by_our_clock(clock_ahead_s: float) -> None:
    documents = changed(NOTHING_READ, inverter_list=inverter_list(listed("A", NOW)))

    merged = merge_inverters(documents, NOW - clock_ahead_s, clock_ahead_s=clock_ahead_s)["A"]

    assert (merged.power_w, merged.last_reported) == (110.0, NOW - clock_ahead_s)
