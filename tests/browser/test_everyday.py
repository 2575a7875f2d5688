"""What a person does with a gateway that is set up, and what he is told when something is wrong."""

from .house import House
from .yesterday import remember

INTEGRATION = "/config/integrations/integration/enphase_iq_gateway"
METER = {
    "type": "grid",
    "stat_energy_from": "sensor.smart_meter_import",
    "stat_energy_to": None,
    "cost_adjustment_day": 0,
}


async def test_settings_are_changed(house: House) -> None:
    """The gear, Settings, another interval."""
    await house.set_up()
    await house.open(INTEGRATION)
    await house.sees("Version 1.0.0")
    await house.picture("integration")
    await house.press("Configure")
    await house.sees("Add to the Energy dashboard")
    await house.picture("options")
    await house.choose("Settings", house.dialog)
    interval = house.dialog.get_by_role("spinbutton")
    await interval.fill("10")
    await house.picture("settings")
    await house.press("Submit", house.dialog)
    await house.press("Finish", house.dialog)
    await house.press("Configure")
    await house.choose("Settings", house.dialog)
    assert await interval.input_value() == "10"


async def test_the_energy_dashboard_is_filled(house: House) -> None:
    """Options, Energy step; then the dashboard has the sources, without a fault, and shows a day of them."""
    await house.set_up()
    await house.open(INTEGRATION)
    await house.press("Configure")
    await house.choose("Add to the Energy dashboard", house.dialog)
    await house.sees("Lifetime production, Production power")
    await house.press("Submit", house.dialog)
    await house.press("Finish", house.dialog)
    await remember(house)
    await house.open("/config/energy")
    await house.sees("Grid connections", "IQ Gateway")
    await house.picture("energy-sources")
    validated = await house.home.websocket_command("energy/validate")
    assert [issue["type"] for source in validated["energy_sources"] for issue in source] == [
        # Power has no statistics before its first five minutes are over.
        "statistics_not_defined"
    ]
    await house.open("/energy")
    await house.sees("Energy distribution")
    await house.choose("Electricity")
    # Yesterday: today has no bars yet in the small hours.
    await house.press("Previous")
    await house.sees("Solar production", "IQ Gateway imported", "IQ Gateway exported")
    await house.picture("energy-dashboard")


async def test_a_grid_that_is_there_is_left_alone(house: House) -> None:
    """The step says so, and what else it adds."""
    await house.home.websocket_command("energy/save_prefs", energy_sources=[METER])
    await house.set_up()
    await house.open(INTEGRATION)
    await house.press("Configure")
    await house.choose("Add to the Energy dashboard", house.dialog)
    await house.sees("is left unchanged: the dashboard already uses sensor.smart_meter_import")
    await house.picture("energy-left-alone", may_show="sensor.smart_meter_import")
    await house.press("Submit", house.dialog)
    await house.press("Finish", house.dialog)
    sources = (await house.home.websocket_command("energy/get_prefs"))["energy_sources"]
    assert [source["type"] for source in sources] == ["grid", "solar"]


async def test_a_token_that_is_refused_is_given_anew(house: House) -> None:
    """The card asks for attention; a new token brings the gateway back."""
    entry = await house.set_up()
    house.simulator.revoke_tokens()
    house.simulator.end_sessions()
    await house.reload(entry)
    await house.open("/config/integrations/dashboard")
    await house.sees("Reconfigure", f"{house.simulator.serial} at ")
    await house.picture("reauth-card")
    await house.press("Reconfigure")
    await house.sees("Sign in again")
    await house.picture("reauth")
    await house.press("Submit", house.dialog)
    await house.choose("Paste a token", house.dialog)
    await house.fill(house.simulator.token())
    await house.press("Submit", house.dialog)
    await house.sees("Re-authentication was successful")
    await house.press("Close", house.dialog)
    await house.until_value("production_power")


async def test_the_address_is_changed(house: House) -> None:
    """The menu of the entry, Reconfigure: the same gateway under another name."""
    await house.set_up()
    other = house.simulator.address.replace("127.0.0.1", "localhost")
    await house.open(INTEGRATION)
    await (
        house.page.locator("ha-config-entry-row:has-text('IQ Gateway')")
        .get_by_role("button", name="Menu", exact=True)
        .first.click()
    )
    await house.page.get_by_role("menuitem", name="Reconfigure").click()
    await house.sees("Change address or sign-in")
    await house.picture("reconfigure")
    await house.fill(other)
    await house.press("Submit", house.dialog)
    await house.choose("Paste a token", house.dialog)
    await house.fill(house.simulator.token())
    await house.press("Submit", house.dialog)
    await house.sees("Reconfiguration was successful")
    await house.until_value("production_power")


async def test_another_certificate_is_accepted(house: House) -> None:
    """Nothing is read from a device that shows another certificate, until the person has looked and agreed."""
    entry = await house.set_up()
    house.simulator.replace_certificate()
    house.simulator.reboot()
    await house.reload(entry)
    assert (await house.state("production_power"))["state"] == "unavailable"
    await house.open("/config/repairs")
    await house.page.get_by_text("The gateway's certificate has changed").click()
    await house.sees("Accept the new certificate?", house.fingerprint)
    await house.picture("certificate")
    await house.press("Submit")
    await house.until_value("production_power")
