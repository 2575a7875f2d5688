"""Dates in the gateway's documents are judged by its own clock."""

import pytest

from custom_components.enphase_iq_gateway.client.gateway_clock import GatewayClock

NOW = 1_790_000_000


@pytest.mark.parametrize("ahead_s", [0, 3600, -3600])
@pytest.mark.parametrize(
    ("age_s", "recent"),
    [(90, True), (91, False), (0, True), (-300, True), (-301, False), (-86_400, False), (None, False)],
)
def test_a_date_is_recent_for_a_while_and_never_in_the_future(ahead_s: int, age_s: int | None, *, recent: bool) -> None:
    clock = GatewayClock(at=NOW, ahead_s=ahead_s)
    assert clock.is_recent(None if age_s is None else NOW + ahead_s - age_s, 90.0) is recent
