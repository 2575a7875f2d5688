"""The pages of every language: complete, translated and not cut off, in a window and on a phone.

`scripts/test --browser` runs two languages; `scripts/test --browser -m long` runs the other thirteen, a minute each on
an idle machine. The pictures are in `.demo/pictures`; those of Japanese need a font that has its characters, such as
Debian's `fonts-noto-cjk`.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack
import json
from pathlib import Path
import re
from zipfile import ZipFile

from playwright.async_api import Browser, expect
import pytest

from scripts.demo_home.gateway_setup import DOMAIN, OPTIONS_FLOW
from scripts.demo_home.home_assistant import ROOT
from simulator import PROFILES, Simulator
from simulator.cloud import Cloud
from simulator.second_factor import SecondFactor

from .frontend import Frontend
from .running import noon, running_frontend

TRANSLATIONS = ROOT / "custom_components" / DOMAIN / "translations"
# German has the longest words, Japanese no spaces.
ALWAYS = ("de", "ja")
LANGUAGES = [
    pytest.param(file.stem, marks=() if file.stem in ALWAYS else pytest.mark.long)
    for file in sorted(TRANSLATIONS.glob("*.json"))
]
WIDTHS = (1280, 390)
HEIGHT, LONG = 1200, 3400
INTEGRATION = f"/config/integrations/integration/{DOMAIN}"
ADD = f"/config/integrations/dashboard/add?domain={DOMAIN}"
DASHBOARD = "test-offers"
EMAIL, PASSWORD = "user@example.com", "secret"
CONTROLS = ("dry_contacts", "storage_settings", "grid_relay", "generator", "ac_battery_sleep")
MARKUP = re.compile(r"\{\w+\}|\*\*|`|\n|\[|\]\(")
FEWEST_WORDS = 3
LINES = """(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  return new Set([...range.getClientRects()].map(({ top }) => top)).size;
}"""
WIDER_THAN_THE_PAGE = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


class Texts:
    """The texts of the integration in a language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = json.loads((TRANSLATIONS / f"{language}.json").read_text())
        self._english = json.loads((TRANSLATIONS / "en.json").read_text())

    def __call__(self, path: str) -> str:
        """Return a text by its path, with the keys separated by dots."""
        text = self._texts
        for key in path.split("."):
            text = text[key]
        assert isinstance(text, str)
        return text

    def part(self, path: str) -> str:
        """Return the longest part of a text that has neither markup nor a placeholder."""
        return max(MARKUP.split(self(path)), key=len).strip()

    @property
    def left_in_english(self) -> re.Pattern[str] | None:
        """Return what matches an English text that this language has another one for, or a long part of it."""
        pairs = list(zip(_flat(self._english), _flat(self._texts), strict=True))
        own_words = " ".join(own for _, own in pairs)
        names = {english for english, own in pairs if english != own and not MARKUP.search(english)}
        # Single words may be those of Home Assistant in this language.
        whole = {name for name in names if " " in name and name not in own_words}
        parts = {part.strip(" .,:") for english, own in pairs if english != own for part in MARKUP.split(english)}
        long = {part for part in parts if len(part.split()) >= FEWEST_WORDS and part not in own_words}
        choices = [f"^{re.escape(text)}$" for text in whole] + [re.escape(part) for part in long]
        return re.compile("|".join(choices)) if choices else None


def _flat(texts: dict[str, object] | str) -> Iterator[str]:
    """Yield all texts."""
    if isinstance(texts, str):
        yield texts
    else:
        for value in texts.values():
            assert isinstance(value, (dict, str))
            yield from _flat(value)


class Visitor:
    """A user of one language who looks at pages in a window and on a phone."""

    def __init__(self, frontend: Frontend, texts: Texts) -> None:
        self.frontend = frontend
        self.texts = texts

    async def expect(self, *paths: str) -> None:
        """Wait until texts are visible."""
        await self.frontend.expect_text(*(re.compile(re.escape(self.texts.part(path))) for path in paths))

    async def choose(self, path: str) -> None:
        """Click on a text in the dialog."""
        await self.frontend.choose(self.texts(path), self.frontend.dialog)

    async def submit(self) -> None:
        """Submit the form in the dialog."""
        await self.frontend.press(await self.of_home_assistant("ui.panel.config.integrations.config_flow.submit"))

    async def of_home_assistant(self, key: str) -> str:
        """Return a text of Home Assistant's frontend, which loads those of a page with the page."""
        localize = "key => document.querySelector('home-assistant')?.hass?.localize(key)"
        text: str = await (await self.frontend.page.wait_for_function(localize, arg=key)).json_value()
        return text

    async def look(self, name: str, *, height: int = HEIGHT) -> None:
        """Take pictures of a page in both widths, and check what users can see."""
        page = self.frontend.page
        english = self.texts.left_in_english
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": height})
            title = f"{self.texts.language}-{name}-{width}"
            seen = await self.frontend.screenshot(title)
            left = [text for text in seen if english and english.search(text)]
            assert not left, f"{title}: in English: {left}"
            assert await page.evaluate(WIDER_THAN_THE_PAGE) == 0, f"{title}: wider than the page"

    async def devices(self) -> None:
        """Look at the gateway and at a battery."""
        frontend = self.frontend
        battery = min(unit.serial for unit in frontend.simulator.world.plant.units)
        await frontend.wait_for_value("battery_state_of_charge")
        for name, serial, entity in (
            ("gateway", frontend.simulator.serial, "sensor.production_power"),
            ("battery", battery, "binary_sensor.communicating"),
        ):
            await frontend.open(f"/config/devices/device/{await frontend.device(serial)}")
            await self.expect(f"entity.{entity}.name")
            await self.look(name, height=LONG)

    async def add(self) -> None:
        """Begin to add a gateway; the address is replaced once the dialog is open."""
        await self.frontend.open("/profile")
        await self.frontend.page.goto(f"{self.frontend.home_assistant.address}{ADD}")
        await self.frontend.press(await self.of_home_assistant("ui.common.ok"))

    async def set_up(self, address: str) -> None:
        """Look at the steps of the set-up, up to the code, and at their errors."""
        frontend = self.frontend
        await self.add()
        await self.expect("config.step.user.data_description.host")
        await frontend.fill("two words")
        await self.submit()
        await self.expect("config.error.address_space")
        await self.look("address")
        await frontend.fill(address)
        await self.submit()
        await self.expect("config.step.sign_in.menu_option_descriptions.token")
        await self.look("sign-in")
        await self.choose("config.step.sign_in.menu_options.account")
        await self.expect("config.step.account.data_description.remember_password")
        await self.look("account")
        await self.sign_in("wrong")
        await self.expect("config.error.cloud_wrong_password")
        await self.look("sign-in-again")
        await self.submit()
        await self.sign_in(PASSWORD)
        await self.expect("config.step.otp.data_description.code")
        await frontend.dialog.locator("input").first.fill("000000")
        await self.submit()
        await self.expect("config.error.cloud_wrong_code")
        await self.look("code")
        await self.add()
        await frontend.fill(address)
        await self.submit()
        await self.choose("config.step.sign_in.menu_options.token")
        await frontend.fill("wrong")
        await self.submit()
        await self.expect("config.error.not_a_token")
        await self.look("token")

    async def sign_in(self, password: str) -> None:
        """Submit the form for the account."""
        await self.expect("config.step.account.data_description.remember_password")
        fields = self.frontend.dialog.locator("input")
        await fields.nth(0).fill(EMAIL)
        await fields.nth(1).fill(password)
        await self.submit()

    async def options(self) -> None:
        """Look at the menu of the options and at the pages for control, settings and the Energy dashboard."""
        configure = "ui.panel.config.integrations.config_entry.configure"
        for page in ("", "control", "settings", "energy_dashboard"):
            await self.frontend.open(INTEGRATION)
            await self.frontend.page.locator("ha-config-entry-row").first.wait_for()
            await self.frontend.press(await self.of_home_assistant(configure))
            await self.expect("options.step.init.menu_options.control")
            if page:
                await self.choose(f"options.step.init.menu_options.{page}")
                await self.expect(f"options.step.{page}.title")
            await self.look(f"options-{page}" if page else "options")
        # Without an end, the step for the Energy dashboard would come back next time.
        await self.frontend.press(await self.of_home_assistant("ui.common.close"), self.frontend.dialog)
        await expect(self.frontend.dialog.get_by_role("button").first).to_be_hidden()

    async def repair(self) -> None:
        """Look at the repair of a gateway that reports a mistake in the wiring of a CT."""
        await self.frontend.open("/config/repairs")
        await self.expect("issues.ct_check_wiring.title")
        await self.look("repairs")
        await self.frontend.choose(self.texts("issues.ct_check_wiring.title"))
        title = self.texts("issues.ct_check_wiring.fix_flow.step.production.title")
        heading = self.frontend.page.get_by_text(title, exact=True).filter(visible=True).last
        await self.expect("issues.ct_check_wiring.fix_flow.step.production.description")
        await self.look("repair")
        # A second line would be below the name of the integration.
        assert await heading.evaluate(LINES) == 1, f"{self.texts.language}: too long: {title}"

    async def offers(self) -> None:
        """Look at the dialogs that offer the card and the dashboard."""
        frontend = self.frontend
        await frontend.page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        await frontend.open("/config/lovelace/dashboards")
        await frontend.press(await self.of_home_assistant("ui.panel.config.lovelace.dashboards.picker.add_dashboard"))
        await self.expect("common.dashboard_offer_about")
        await frontend.open(f"/{DASHBOARD}/0?edit=1")
        await frontend.press(await self.of_home_assistant("ui.panel.lovelace.editor.edit_card.add"))
        await frontend.choose(await self.of_home_assistant("ui.panel.lovelace.editor.cardpicker.by_card"))
        await self.expect("common.array_offer")


@pytest.fixture(scope="module")
async def site(
    released: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> AsyncGenerator[tuple[Frontend, Simulator, Cloud]]:
    """Run Home Assistant with a gateway whose control is on; another one can be added."""
    async with AsyncExitStack() as stack:
        first, new = [
            await stack.enter_async_context(
                Simulator(profile=PROFILES[profile], inverters=3, clock=noon(), serial=f"12230000000{number}")
            )
            for number, profile in enumerate(("storage_ct_split", "metered_net_three_phase"))
        ]
        first.faults.add("meter_status", status="check-wiring")
        cloud = await stack.enter_async_context(Cloud(new, {EMAIL: PASSWORD}))
        folder = tmp_path_factory.mktemp("languages")
        archive = at_cloud(released, cloud, folder / "release.zip")
        (folder / "home").mkdir()
        frontend = await stack.enter_async_context(running_frontend(first, browser, folder / "home", released=archive))
        entry_id = await frontend.set_up()
        menu = await frontend.home_assistant.post(OPTIONS_FLOW, {"handler": entry_id})
        form = await frontend.home_assistant.post(f"{OPTIONS_FLOW}/{menu['flow_id']}", {"next_step_id": "control"})
        offered = {field["name"] for field in form["data_schema"]}
        await frontend.home_assistant.post(
            f"{OPTIONS_FLOW}/{form['flow_id']}", dict.fromkeys(offered.intersection(CONTROLS), True)
        )
        await frontend.home_assistant.websocket_command(
            "lovelace/dashboards/create", url_path=DASHBOARD, title="Offers", mode="storage"
        )
        sections = {"title": "Offers", "type": "sections", "sections": [{"type": "grid", "cards": []}]}
        await frontend.home_assistant.websocket_command(
            "lovelace/config/save", url_path=DASHBOARD, config={"views": [sections]}
        )
        yield frontend, new, cloud


def at_cloud(released: Path, cloud: Cloud, target: Path) -> Path:
    """Copy a release with the addresses of the simulated cloud instead of Enphase's."""
    urls = f"CloudUrls(enlighten={cloud.enlighten_url!r}, entrez={cloud.entrez_url!r})"
    with ZipFile(released) as source, ZipFile(target, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, source.read(name).replace(b"CloudUrls()", urls.encode()))
    return target


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_are_complete_and_not_cut_off(site: tuple[Frontend, Simulator, Cloud], language: str) -> None:
    frontend, new, cloud = site
    # Six wrong codes would block the account.
    cloud.second_factor = SecondFactor(cloud.simulator.clock, required=True)
    home = frontend.home_assistant
    await home.open_websocket()
    await home.websocket_command("config/core/update", language=language)
    # Home Assistant loads the texts of the new language in the background; devices added before would have no names.
    await home.websocket_command(
        "frontend/get_translations", language=language, category="device", integration=[DOMAIN]
    )
    for entry in await home.websocket_command("config_entries/get", domain=DOMAIN):
        await frontend.reload(entry["entry_id"])
    await frontend.page.goto(f"{home.address}/profile")
    await frontend.page.evaluate("l => localStorage.setItem('selectedLanguage', JSON.stringify(l))", language)
    visitor = Visitor(frontend, Texts(language))

    await visitor.devices()
    await visitor.set_up(new.address)
    await visitor.options()
    await visitor.repair()
    await visitor.offers()
