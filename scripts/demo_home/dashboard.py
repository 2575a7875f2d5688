"""The dashboard that the demo's page opens on: the integration's ready-made one."""

from .home_assistant import HomeAssistant

URL_PATH = "iq-gateway"
STRATEGY = "custom:enphase-iq-gateway"


async def open_ready_made_dashboard(home: HomeAssistant) -> None:
    """Create a dashboard as a user does with "Add dashboard", and make it everyone's default."""
    await home.websocket_command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title="IQ Gateway",
        icon="mdi:solar-power-variant",
        mode="storage",
        show_in_sidebar=True,
        require_admin=False,
    )
    await home.websocket_command("lovelace/config/save", url_path=URL_PATH, config={"strategy": {"type": STRATEGY}})
    await home.websocket_command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})
