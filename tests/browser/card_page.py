"""The array card on a page without Home Assistant, whose messages come from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from math import pi, sin
from typing import Any, Final
from zoneinfo import ZoneInfo

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from .editor_page import DESKTOP, FOLDER, serve

CARD: Final = "enphase-iq-gateway-array-card"
ZONE: Final = ZoneInfo("Europe/Amsterdam")
NOW: Final = datetime(2026, 6, 30, 13, 2, tzinfo=ZONE)
FINE_FROM: Final = "2026-06-20"
SOUTH: Final = 6
SERIALS: Final = tuple(f"48230000{number:04}" for number in range(1, 11))
"""The serials of the panels: six in portrait on the south roof, four in landscape on the garage."""
# A panel of the site makes this share of its array's power.
SHARES: Final = {2: 0.8, 4: 0.0}

HOME_ASSISTANT: Final = """
async ({ config, texts, language, events, days, codes }) => {
  window.commands = [];
  const translate = (key, values = {}) =>
    (texts[key.split(".").at(-1)] ?? "").replace(/\\{(\\w+)\\}/g, (_, name) => values[name]);
  const hass = {
    connected: true,
    locale: { language, number_format: "language", time_format: "24" },
    entities: {}, devices: {},
    loadBackendTranslation: async () => translate,
    connection: {
      subscribeMessage: async (listener, command) => {
        window.commands.push(command);
        const code = codes.shift();
        if (code) throw { code };
        window.send = listener;
        setTimeout(() => events.forEach(listener));
        return async () => window.commands.push("unsubscribe");
      },
    },
    callWS: async (command) => {
      window.commands.push(command);
      if (command.type === "config_entries/get") return [{ entry_id: "entry" }];
      if (!days[command.date]) throw { code: "no_recorder" };
      return days[command.date];
    },
  };
  customElements.define("home-assistant", class extends HTMLElement {});
  customElements.define("ha-card", class extends HTMLElement {});
  await import("/entry.js");
  await customElements.whenDefined("enphase-iq-gateway-array-card");
  const card = document.createElement("enphase-iq-gateway-array-card");
  card.setConfig(config);
  card.hass = hass;
  window.update = (changes) => (card.hass = { ...hass, ...changes });
  card.addEventListener("hass-more-info", (event) => (window.shown = event.detail.entityId));
  const main = document.createElement("main");
  const heading = document.createElement("h1");
  heading.textContent = "Roof";
  main.append(heading, card);
  document.documentElement.lang = language;
  document.body.append(main);
}
"""


def share(panel: int) -> float:
    """Return the power of a panel as a share of a healthy one."""
    return SHARES.get(panel, 1.0)


def watts_at(time: datetime, panel: int) -> int:
    """Return the power of a panel at a time of any day in whole W: up to 300 W, on the garage up to 200 W."""
    hour = time.hour + time.minute / 60
    return round(max(0.0, sin(pi * (hour - 6) / 14)) * (300 if panel < SOUTH else 200) * share(panel))


def day(date: str, *, until: datetime | None = None) -> dict[str, Any]:
    """Return the answer of `array/day`: every 5 minutes or, on old days, every hour."""
    step = 300 if date >= FINE_FROM else 3600
    start = datetime.fromisoformat(date).replace(tzinfo=ZONE)
    end = min(until or NOW, (start + timedelta(days=1)).replace(tzinfo=ZONE))
    times = range(int(start.timestamp()), int(end.timestamp()), step)
    watts = [[watts_at(datetime.fromtimestamp(time, ZONE), panel) for time in times] for panel in range(len(SERIALS))]
    return {
        "start": times.start,
        "step": step,
        "watts": watts,
        "energy_wh": [round(sum(column) * step / 3600) for column in watts],
        "measured_energy": True,
    }


def roof(*, source: str = "person", can_edit: bool = False) -> dict[str, Any]:
    """Return the event with the panels and their layout."""
    panels = [
        {"serial": serial, "name": f"Inverter {serial}", "device_id": f"device{number}", "power": f"sensor.p{number}"}
        | {"ceiling_w": 300}
        for number, serial in enumerate(SERIALS)
    ]
    places: dict[str, dict[str, Any]] = {}
    for number, serial in enumerate(SERIALS):
        south = number < SOUTH
        row, column = (0, number) if south else divmod(number - SOUTH, 2)
        places[serial] = {
            "array": "south" if south else "garage",
            "x": column * (106 if south else 205),
            "y": row * 106,
            "lying": not south,
        }
    arrays = [
        {"id": "south", "name": "South roof", "azimuth": 180, "x": 0, "y": 0},
        {"id": "garage", "name": "Garage", "azimuth": 180, "x": 800, "y": 0},
    ]
    return {
        "kind": "roof",
        "title": "IQ Gateway",
        "zone": str(ZONE),
        "first_day": "2026-01-05",
        "fine_from": FINE_FROM,
        "panels": panels,
        "layout": {"version": 1, "source": source, "arrays": arrays, "panels": places},
        "can_edit": can_edit,
    }


def now(**changes: object) -> dict[str, Any]:
    """Return the event with a reading."""
    today = day(NOW.date().isoformat())
    values: dict[str, Any] = {
        "kind": "now",
        "at": int(NOW.timestamp()),
        "available": True,
        "asleep": False,
        "watts": [watts_at(NOW, panel) for panel in range(len(SERIALS))],
        "today_wh": today["energy_wh"],
        "age_s": [120] * len(SERIALS),
        "silent": [],
    }
    return values | changes


def health() -> dict[str, Any]:
    """Return the event with the verdicts: the third panel is weak, the fifth makes no power, the last is shaded."""
    state = ["good"] * len(SERIALS)
    state[2], state[4], state[-1] = "weak", "no_power", "shaded"
    return {
        "kind": "health",
        "day": "2026-06-29",
        "level": [share(panel) for panel in range(len(SERIALS))],
        "state": state,
        "since": {"2": "2026-06-03", "4": "2026-06-28"},
        "shade": {"9": [7, 8, 16]},
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class CardPage:
    """The card on its page."""

    page: Page

    @property
    def card(self) -> Locator:
        """Return the card."""
        return self.page.locator(CARD)

    @property
    def tiles(self) -> Locator:
        """Return the panels on the roof."""
        return self.card.locator(".tile")

    @property
    def summary(self) -> Locator:
        """Return the total with its unit and time."""
        return self.card.locator(".summary")

    @property
    def slider(self) -> Locator:
        """Return the slider over the day."""
        return self.card.get_by_role("slider")

    @property
    def sheet(self) -> Locator:
        """Return the sheet of a panel."""
        return self.card.locator("dialog")

    async def numbers(self) -> list[str]:
        """Return the numbers on the panels."""
        return await self.tiles.locator(".number").all_text_contents()

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.card.get_by_role("button", name=name, exact=True).click()

    async def choose(self, item: str) -> None:
        """Choose an item of the menu."""
        await self.press("More")
        await self.card.get_by_role("menuitem", name=item, exact=True).click()

    async def show_table(self) -> Locator:
        """Show the table, whose module is loaded then, and return its rows."""
        await self.choose("Show as table")
        rows = self.card.locator("tbody tr")
        await expect(rows).to_have_count(len(SERIALS))
        return rows

    async def slide(self, step: int) -> None:
        """Move the slider to a step of the day."""
        await self.slider.fill(str(step))

    async def send(self, event: Mapping[str, Any]) -> None:
        """Send an event as the integration does."""
        await self.page.evaluate("event => window.send(event)", event)

    async def findings(self) -> list[str]:
        """Return what is inaccessible in the page, by rule and place."""
        results = await Axe().run(self.page)
        return [
            f"{found['id']}: {node['target']}" for found in results.response["violations"] for node in found["nodes"]
        ]


async def open_card(
    browser: Browser,
    *,
    config: Mapping[str, Any] | None = None,
    events: list[dict[str, Any]] | None = None,
    days: list[str] | None = None,
    codes: list[str] | None = None,
    size: ViewportSize = DESKTOP,
    dark: bool = False,
    language: str = "en",
) -> CardPage:
    """Open a page with the card; `codes` are the errors of the first subscriptions."""
    context = await browser.new_context(viewport=size, has_touch=size["width"] < 500, timezone_id="UTC")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.clock.install(time=NOW.astimezone(UTC))
    await serve(page, dark=dark)
    await page.evaluate("document.title = 'Card'")
    texts = json.loads((FOLDER / "translations" / f"{language}.json").read_text("utf-8"))["common"]
    known = days if days is not None else [NOW.date().isoformat(), "2026-06-29"]
    options = {
        "config": {"type": f"custom:{CARD}", **(config or {})},
        "texts": texts,
        "language": language,
        "events": events if events is not None else [roof(), now(), health()],
        "days": {date: day(date) for date in known},
        "codes": codes or [],
    }
    await page.evaluate(HOME_ASSISTANT, options)
    card = CardPage(page=page)
    if not codes:
        await card.tiles.first.wait_for()
    return card
