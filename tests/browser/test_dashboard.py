"""The ready-made dashboard: offered in the dialog, complete, on phones and in the dark."""

from datetime import UTC, datetime

import pytest

from .frontend import Frontend
from .roof_history import import_roof_history

AFTERNOON = 13


@pytest.fixture
def profile() -> str:
    return "storage"


@pytest.fixture
def inverters() -> int:
    return 20


@pytest.fixture
def time_zone() -> str:
    """Return a time zone in which it is shortly after noon, as at the simulated gateway."""
    return f"Etc/GMT{datetime.now(UTC).hour - AFTERNOON:+d}"


async def test_the_dashboard_is_made_in_the_dialog(frontend: Frontend) -> None:
    await frontend.set_up()
    await frontend.wait_for_value("production_power")
    await import_roof_history(frontend)
    await frontend.open("/config/lovelace/dashboards")
    await frontend.press("Add dashboard")
    await frontend.expect_text("Roof, house, battery, grid and phases")
    await frontend.screenshot("new-dashboard")
    await frontend.choose("Roof, house, battery, grid and phases")
    await frontend.press("Create")
    await frontend.expect_text("IQ Gateway")
    await frontend.open("/iq-gateway")
    await frontend.expect_text("Solar panels", "Production today", "Inverters reporting")
    await frontend.screenshot("dashboard-roof")
