"""The ready-made dashboard in a browser: its first load over a slow line, and frame times while its slider moves."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from scripts.demo_home.dashboard import URL_PATH

from .frontend import Frontend, open_page

CARD = "enphase-iq-gateway-array-card"
SLOW_BITS_PER_S = 10_000_000
SLOW_LATENCY_MS = 60
LOADED_WITHIN_MS = 90_000
# These findings are those of Home Assistant's own page and of its card of energy flows, whose numbers lack contrast.
OF_HOME_ASSISTANT = ("landmark-one-main", "landmark-unique", "meta-viewport", "page-has-heading-one", "region")
PALE = "hui-energy-distribution-card"
# Moves the slider by a step with each frame, so that every panel changes, and returns the times between frames in ms.
SCRUB = """async (slider, frames) => {
  const times = [];
  const steps = Number(slider.max) - Number(slider.min) + 1;
  let before = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < frames; frame++) {
    slider.value = String(Number(slider.min) + (frame % steps));
    slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    const now = await new Promise(requestAnimationFrame);
    times.push(now - before);
    before = now;
  }
  return times;
}"""


def tiles(page: Page) -> Locator:
    """Return the panels in the picture of the roof."""
    return page.locator(f"{CARD} g.tile")


async def first_load_shows_the_card(frontend: Frontend, browser: Browser, time_zone: str, *, panels: int) -> bool:
    """Open the dashboard over a slow line in a browser that has never seen Home Assistant."""
    page = await open_page(frontend.home_assistant, browser, time_zone)
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": SLOW_LATENCY_MS,
            "downloadThroughput": SLOW_BITS_PER_S / 8,
            "uploadThroughput": SLOW_BITS_PER_S / 8,
        },
    )
    try:
        await page.goto(f"{frontend.home_assistant.address}/{URL_PATH}", timeout=LOADED_WITHIN_MS)
        await expect(tiles(page)).to_have_count(panels, timeout=LOADED_WITHIN_MS)
    except AssertionError:
        return False
    finally:
        await page.context.close()
    return True


async def frame_times_ms(page: Page, frames: int) -> list[float]:
    """Return the times between frames while the slider moves through the day and back."""
    slider = page.locator(f"{CARD} input[type=range]")
    times: list[float] = await slider.evaluate(SCRUB, frames)
    return times


async def accessibility_findings(page: Page) -> list[str]:
    """Return the findings of axe on the page, without those of Home Assistant's own parts."""
    rules = {rule: {"enabled": False} for rule in OF_HOME_ASSISTANT}
    results = await Axe().run(page, options={"resultTypes": ["violations"], "rules": rules})
    return [
        f"{violation['id']}: {node['target']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
        if PALE not in str(node["target"])
    ]
