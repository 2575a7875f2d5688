"""The nightly maintenance."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.enphase_iq_gateway.polling.maintenance import in_maintenance


def local(clock: str) -> datetime:
    """Return a local time of a summer day far from Greenwich."""
    return datetime.fromisoformat(f"2026-07-01T{clock}").replace(tzinfo=ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize("clock", ["22:58:00", "23:00:00", "23:12:59"])
def test_the_maintenance_is_expected_around_eleven_at_night(clock: str) -> None:
    assert in_maintenance(local(clock))


@pytest.mark.parametrize("clock", ["22:57:59", "23:13:00", "11:00:00", "00:00:00"])
def test_no_maintenance_is_expected_at_other_times(clock: str) -> None:
    assert not in_maintenance(local(clock))
