"""A takeover from Home Assistant's own integration: preview, result and undo; and the preview on a phone, in German."""

from collections import Counter
import json

from playwright.async_api import ViewportSize

from scripts.demo_home.gateway_setup import FLOW

from .frontend import Frontend

ENVOY = "enphase_envoy"
INTEGRATION = "/config/integrations/integration/enphase_iq_gateway"
PHONE: ViewportSize = {"width": 390, "height": 844}


async def add_core(frontend: Frontend) -> None:
    """Set Home Assistant's own integration up for the same gateway."""
    host = {"host": frontend.simulator.address, "use_manual_token": True}
    step = await frontend.home_assistant.post(FLOW, {"handler": ENVOY})
    step = await frontend.home_assistant.post(f"{FLOW}/{step['flow_id']}", host)
    step = await frontend.home_assistant.post(
        f"{FLOW}/{step['flow_id']}", {**host, "token": frontend.simulator.token()}
    )
    assert step["type"] == "create_entry", step


async def entities(frontend: Frontend) -> dict[str, str]:
    """Return the integration of each entity by its id."""
    rows = await frontend.home_assistant.websocket_command("config/entity_registry/list")
    return {row["entity_id"]: row["platform"] for row in rows}


async def test_a_takeover_and_its_undo(frontend: Frontend) -> None:
    """With the forms as they are."""
    await add_core(frontend)
    await frontend.set_up()
    before = {entity_id for entity_id, platform in (await entities(frontend)).items() if platform == ENVOY}
    await frontend.open(INTEGRATION)
    await frontend.press("Configure")
    await frontend.choose("Take over from the other integration", frontend.dialog)
    await frontend.expect_text(
        "Lifetime energy production → Lifetime production", "Changes its meaning", "Stays behind"
    )
    await frontend.screenshot("takeover-preview")
    await frontend.dialog.get_by_text("Keep the current names").first.scroll_into_view_if_needed()
    await frontend.screenshot("takeover-choices")
    await frontend.press("Submit", frontend.dialog)
    await frontend.expect_text("have moved to this integration")
    await frontend.screenshot("takeover-result")
    await frontend.press("Submit", frontend.dialog)
    await frontend.press("Finish", frontend.dialog)
    moved = await entities(frontend)
    assert Counter(moved[entity_id] for entity_id in before)["enphase_iq_gateway"] > 10
    await frontend.wait_for_value("production_power")

    await frontend.open(INTEGRATION)
    await frontend.press("Configure")
    await frontend.choose("Undo the takeover", frontend.dialog)
    await frontend.expect_text("with their history up to now")
    await frontend.screenshot("takeover-undo")
    await frontend.press("Submit", frontend.dialog)
    await frontend.press("Finish", frontend.dialog)
    returned = await entities(frontend)
    assert {returned[entity_id] for entity_id in before} == {ENVOY}


async def test_the_preview_fits_on_a_phone_in_german(frontend: Frontend) -> None:
    await add_core(frontend)
    await frontend.set_up()
    await frontend.home_assistant.websocket_command("config/core/update", language="de")
    await frontend.page.add_init_script(f"localStorage.setItem('selectedLanguage', {json.dumps(json.dumps('de'))})")
    await frontend.page.set_viewport_size(PHONE)
    await frontend.open(INTEGRATION)
    await frontend.press("Konfigurieren")
    await frontend.choose("Von der anderen Integration übernehmen", frontend.dialog)
    await frontend.expect_text("→ Gesamtproduktion")
    await frontend.screenshot("takeover-phone")
    await frontend.dialog.get_by_text("Aktuelle Namen behalten").first.scroll_into_view_if_needed()
    await frontend.screenshot("takeover-phone-choices")
    wide = "() => document.documentElement.scrollWidth <= window.innerWidth"
    assert await frontend.page.evaluate(wide)
