"""What users do with a gateway that is set up, and what they see when something is wrong."""

from .energy_history import import_history
from .frontend import Frontend

INTEGRATION = "/config/integrations/integration/enphase_iq_gateway"
METER = {
    "type": "grid",
    "stat_energy_from": "sensor.smart_meter_import",
    "stat_energy_to": None,
    "cost_adjustment_day": 0,
}


async def test_settings_are_changed(frontend: Frontend) -> None:
    await frontend.set_up()
    await frontend.open(INTEGRATION)
    await frontend.expect_text("Version 1.0.0")
    await frontend.screenshot("integration")
    await frontend.press("Configure")
    await frontend.expect_text("Add to the Energy dashboard")
    await frontend.screenshot("options")
    await frontend.choose("Settings", frontend.dialog)
    interval = frontend.dialog.get_by_role("spinbutton")
    await interval.fill("10")
    await frontend.screenshot("settings")
    await frontend.press("Submit", frontend.dialog)
    await frontend.press("Finish", frontend.dialog)
    await frontend.press("Configure")
    await frontend.choose("Settings", frontend.dialog)
    assert await interval.input_value() == "10"


async def test_the_energy_dashboard_is_filled(frontend: Frontend) -> None:
    """The dashboard has the sources without a validation error, and shows a day of them."""
    await frontend.set_up()
    await frontend.open(INTEGRATION)
    await frontend.press("Configure")
    await frontend.choose("Add to the Energy dashboard", frontend.dialog)
    await frontend.expect_text("Lifetime production, Production power")
    await frontend.press("Submit", frontend.dialog)
    await frontend.press("Finish", frontend.dialog)
    await import_history(frontend)
    await frontend.open("/config/energy")
    await frontend.expect_text("Grid connections", "IQ Gateway")
    # Home Assistant names the sensor that has no statistics yet by its id.
    await frontend.screenshot("energy-sources", allowed="sensor.iq_gateway_grid_power")
    validated = await frontend.home_assistant.websocket_command("energy/validate")
    assert [issue["type"] for source in validated["energy_sources"] for issue in source] == [
        # Power has no statistics during its first five minutes.
        "statistics_not_defined"
    ]
    await frontend.open("/energy")
    await frontend.expect_text("Energy distribution")
    await frontend.choose("Electricity")
    # Show yesterday: today has no bars yet in the small hours.
    await frontend.press("Previous")
    await frontend.expect_text("Solar production", "IQ Gateway imported", "IQ Gateway exported")
    await frontend.screenshot("energy-dashboard")


async def test_an_existing_grid_source_is_left_unchanged(frontend: Frontend) -> None:
    await frontend.home_assistant.websocket_command("energy/save_prefs", energy_sources=[METER])
    await frontend.set_up()
    await frontend.open(INTEGRATION)
    await frontend.press("Configure")
    await frontend.choose("Add to the Energy dashboard", frontend.dialog)
    await frontend.expect_text("is left unchanged: the dashboard already uses sensor.smart_meter_import")
    await frontend.screenshot("energy-left-alone", allowed="sensor.smart_meter_import")
    await frontend.press("Submit", frontend.dialog)
    await frontend.press("Finish", frontend.dialog)
    sources = (await frontend.home_assistant.websocket_command("energy/get_prefs"))["energy_sources"]
    assert [source["type"] for source in sources] == ["grid", "solar"]


async def test_a_rejected_token_is_replaced(frontend: Frontend) -> None:
    entry = await frontend.set_up()
    frontend.simulator.revoke_tokens()
    frontend.simulator.end_sessions()
    await frontend.reload(entry)
    await frontend.open("/config/integrations/dashboard")
    await frontend.expect_text("Reconfigure", f"{frontend.simulator.serial} at ")
    await frontend.screenshot("reauth-card")
    await frontend.press("Reconfigure")
    await frontend.expect_text("Sign in again")
    await frontend.screenshot("reauth")
    await frontend.press("Submit", frontend.dialog)
    await frontend.choose("Paste a token", frontend.dialog)
    await frontend.fill(frontend.simulator.token())
    await frontend.press("Submit", frontend.dialog)
    await frontend.expect_text("Re-authentication was successful")
    await frontend.press("Close", frontend.dialog)
    await frontend.wait_for_value("production_power")


async def test_the_address_is_changed(frontend: Frontend) -> None:
    """The same gateway under another host name."""
    await frontend.set_up()
    other = frontend.simulator.address.replace("127.0.0.1", "localhost")
    await frontend.open(INTEGRATION)
    await (
        frontend.page.locator("ha-config-entry-row:has-text('IQ Gateway')")
        .get_by_role("button", name="Menu", exact=True)
        .first.click()
    )
    await frontend.page.get_by_role("menuitem", name="Reconfigure").click()
    await frontend.expect_text("Change the address")
    await frontend.screenshot("reconfigure")
    await frontend.fill(other)
    await frontend.press("Submit", frontend.dialog)
    await frontend.expect_text("Reconfiguration was successful")
    await frontend.wait_for_value("production_power")


async def test_another_certificate_is_accepted(frontend: Frontend) -> None:
    """Nothing is read from a device with another certificate until the user has accepted it."""
    entry = await frontend.set_up()
    frontend.simulator.replace_certificate()
    frontend.simulator.reboot()
    await frontend.reload(entry)
    assert (await frontend.state("production_power"))["state"] == "unavailable"
    await frontend.open("/config/repairs")
    await frontend.page.get_by_text("Gateway certificate has changed").click()
    await frontend.expect_text("Accept the new certificate?", frontend.fingerprint)
    await frontend.screenshot("certificate")
    await frontend.press("Submit")
    await frontend.wait_for_value("production_power")
