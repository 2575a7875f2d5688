"""The array card: what it shows of a roof, now and on past days, to eyes, keyboards and screen readers."""

from playwright.async_api import Browser, expect
import pytest

from .card_page import NOW, ZONE, CardPage, day, health, now, open_card, roof, watts_at
from .editor_page import FOLDER, PHONE

TODAY = NOW.date().isoformat()
STEPS = 288
PANELS = range(10)
LANGUAGES = sorted(file.stem for file in (FOLDER / "translations").iterdir())


@pytest.fixture
async def card(browser: Browser) -> CardPage:
    return await open_card(browser)


async def test_every_panel_shows_its_power_and_the_title_their_sum(card: CardPage) -> None:
    watts = [watts_at(NOW, panel) for panel in PANELS]

    assert await card.numbers() == [str(value) for value in watts]
    await expect(card.summary).to_contain_text(f"{sum(watts) / 1000:.2f} kW")
    await expect(card.summary).to_contain_text("at 13:02 · 10 panels")


async def test_a_new_reading_changes_the_numbers(card: CardPage) -> None:
    await card.send(now(watts=[100] * len(PANELS)))

    assert await card.numbers() == ["100"] * len(PANELS)


async def test_energy_is_shown_for_today(card: CardPage) -> None:
    await card.press("Energy")

    energy = day(TODAY)["energy_wh"]
    assert await card.numbers() == [f"{value / 1000:.2f}" for value in energy]
    await expect(card.summary).to_contain_text(f"{sum(energy) / 1000:.2f} kWh")


async def test_energy_without_counters_is_the_sum_of_power(card: CardPage) -> None:
    await card.send(now(today_wh=[None] * len(PANELS)))
    await card.press("Energy")

    counted = day(TODAY)["energy_wh"]
    shown = [float(number) * 1000 for number in await card.numbers()]
    assert shown == pytest.approx(counted, abs=30)  # the latest reading has made up to 25 Wh


async def test_the_comparison_shows_the_last_days_or_this_moment(card: CardPage) -> None:
    await card.press("Compare")
    of_days = await card.numbers()
    await card.send(now(watts=[200, 150, *[200] * 8]))
    await card.press("Now")

    assert of_days == ["0", "0", "\u221220", "0", "\u2212100", "0", "0", "0", "0", "0"]
    assert await card.numbers() == ["0", "\u221225", *["0"] * 8]


async def test_verdicts_have_a_mark_and_a_chip_that_finds_their_panels(card: CardPage) -> None:
    await expect(card.tiles.nth(2)).to_have_class("tile value weak")
    await expect(card.tiles.nth(4)).to_have_class("tile value no_power")

    await card.press("1 weak")

    await expect(card.card.locator(".tile.dim")).to_have_count(len(PANELS) - 1)
    await expect(card.tiles.nth(2)).not_to_have_class("dim")


async def test_a_silent_panel_is_hatched_and_counts_as_silent(card: CardPage) -> None:
    watts = now()["watts"]
    await card.send(now(silent=[7], watts=[*watts[:7], None, *watts[8:]]))

    await expect(card.tiles.nth(7)).to_have_class("tile silent ")
    assert (await card.numbers())[7] == "?"
    await expect(card.summary).to_contain_text("9 of 10 panels report")
    await expect(card.card.get_by_role("button", name="1 silent", exact=True)).to_be_visible()


async def test_a_panel_without_a_value_has_no_number(card: CardPage) -> None:
    await card.send(now(watts=[None, *now()["watts"][1:]]))

    await expect(card.tiles.first).to_have_class("tile unknown ")
    assert (await card.numbers())[0] == ""


async def test_sleeping_inverters_have_no_numbers(card: CardPage) -> None:
    await card.send(now(asleep=True, watts=[0] * len(PANELS)))

    await expect(card.summary).to_contain_text("The inverters sleep")
    assert await card.numbers() == [""] * len(PANELS)


async def test_an_unreachable_gateway_leaves_its_last_values(card: CardPage) -> None:
    await card.send(now(available=False))

    await expect(card.card.get_by_text("No values since 13:02")).to_be_visible()
    assert (await card.numbers())[0] == str(watts_at(NOW, 0))


async def test_the_slider_shows_an_earlier_time_until_live_is_pressed(card: CardPage) -> None:
    at_ten = NOW.replace(hour=10, minute=0)
    before = await card.tiles.first.locator(".face").get_attribute("fill")
    await card.slide(10 * 12)

    assert await card.numbers() == [str(watts_at(at_ten, panel)) for panel in PANELS]
    assert await card.tiles.first.locator(".face").get_attribute("fill") != before
    assert (await card.slider.get_attribute("aria-valuetext") or "").startswith("10:00, ")
    await card.press("10:00")
    assert (await card.numbers())[0] == str(watts_at(NOW, 0))
    await expect(card.card.get_by_role("button", name="Live", exact=True)).to_be_disabled()


async def test_the_slider_does_not_pass_the_present(card: CardPage) -> None:
    await card.slide(STEPS - 1)

    await expect(card.summary).to_contain_text("at 13:02")


async def test_the_day_before_is_shown_at_noon_and_its_energy_whole(card: CardPage) -> None:
    await card.press("Previous day")
    await expect(card.summary).to_contain_text("at 12:00")
    at_noon = await card.numbers()
    await card.press("Next day")
    await card.press("Energy")
    await card.press("Previous day")
    await expect(card.summary).to_contain_text("June 29")

    noon = NOW.replace(hour=12, minute=0)
    assert at_noon == [str(watts_at(noon, panel)) for panel in PANELS]
    assert await card.numbers() == [f"{value / 1000:.2f}" for value in day("2026-06-29")["energy_wh"]]


async def test_a_past_day_has_the_marks_of_that_day(card: CardPage) -> None:
    """The panel without power has had none since the 28th, the weak one is weak since the 3rd."""
    await card.card.locator("input[type=date]").evaluate(
        "(input) => { input.value = '2026-06-20'; input.dispatchEvent(new Event('change')); }"
    )

    await expect(card.tiles.nth(2)).to_have_class("tile unknown weak")
    await expect(card.tiles.nth(4)).to_have_class("tile unknown ")


@pytest.mark.parametrize(("date", "steps"), [("2026-03-29", 23), ("2026-06-10", 24)])
async def test_old_days_are_hourly_and_as_long_as_clocks_made_them(browser: Browser, date: str, steps: int) -> None:
    card = await open_card(browser, days=[TODAY, date])
    await card.card.locator("input[type=date]").evaluate(
        "(input, date) => { input.value = date; input.dispatchEvent(new Event('change')); }", date
    )

    await expect(card.card.get_by_text("hourly")).to_be_visible()
    await expect(card.slider).to_have_attribute("max", str(steps - 1))
    await card.slide(12)
    shown = (await card.slider.get_attribute("aria-valuetext") or "").partition(",")[0]
    hour = NOW.fromisoformat(f"{date}T{shown}").replace(tzinfo=ZONE)
    assert (await card.numbers())[0] == str(watts_at(hour, 0))


async def test_the_day_plays_in_twelve_seconds(card: CardPage) -> None:
    await card.press("Previous day")
    await expect(card.summary).to_contain_text("at 12:00")
    await card.slide(0)
    await card.press("Play the day")
    await card.page.clock.run_for(6_000)
    halfway = int(await card.slider.input_value())
    await card.page.clock.run_for(7_000)

    assert halfway == pytest.approx(13 * 12, abs=3)
    assert int(await card.slider.input_value()) == pytest.approx(20 * 12, abs=3)
    await expect(card.card.get_by_role("button", name="Play the day", exact=True)).to_be_visible()


async def test_arrow_keys_walk_over_the_roof_and_enter_opens_a_sheet(card: CardPage) -> None:
    await card.tiles.first.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        await card.page.keyboard.press(key)

    await expect(card.sheet.get_by_role("heading", name="South roof 3")).to_be_visible()
    await expect(card.sheet).to_contain_text("Weak since June 3")
    await expect(card.sheet).to_contain_text("20 % below its array")
    await expect(card.sheet).to_contain_text("2 minutes ago")
    await card.page.keyboard.press("Escape")
    await expect(card.tiles.nth(2)).to_be_focused()
    assert await card.card.locator(".tile[tabindex='0']").count() == 1


@pytest.mark.parametrize("means", ["keys", "wheel"])
async def test_the_roof_can_be_magnified(card: CardPage, means: str) -> None:
    roof_of = card.card.locator(".roof")
    await card.tiles.first.focus()
    before = await roof_of.evaluate("(element) => element.scrollWidth")
    if means == "keys":
        await card.page.keyboard.press("+")
        await card.page.keyboard.press("+")
    else:
        await card.tiles.first.hover()
        await card.page.keyboard.down("Control")
        await card.page.mouse.wheel(0, -150)
    await expect(card.card.locator(".roof svg")).not_to_have_attribute("width", str(before))

    assert await roof_of.evaluate("(element) => element.scrollWidth") > before * 1.4


async def test_the_sheet_leads_to_the_history_and_names_hours_of_shade(card: CardPage) -> None:
    await card.tiles.last.click()
    await expect(card.sheet).to_contain_text("07:00\u201309:00, 16:00\u201317:00")
    await card.press("History")

    assert await card.page.evaluate("window.shown") == "sensor.p9"
    await expect(card.sheet).not_to_be_visible()


async def test_labels_name_the_panel_its_power_and_its_verdict(card: CardPage) -> None:
    labels = [await tile.get_attribute("aria-label") for tile in await card.tiles.all()]

    assert labels[0] == f"South roof 1, {watts_at(NOW, 0)} W, as its array"
    assert labels[2] == f"South roof 3, {watts_at(NOW, 2)} W, 20 % below its array, Weak"
    assert labels[6] == f"Garage 1, {watts_at(NOW, 6)} W, as its array"


async def test_the_table_has_a_row_for_each_panel(card: CardPage) -> None:
    rows = await (await card.show_table()).all_inner_texts()

    assert rows[2].split("\t") == [
        "South roof 3",
        f"{watts_at(NOW, 2)} W",
        f"{day(TODAY)['energy_wh'][2] / 1000:.2f} kWh",
        "\u221220 %",
        "Weak",
    ]


async def test_colors_can_reach_up_to_the_best_panel(card: CardPage) -> None:
    await expect(card.card.locator(".legend")).to_have_text("0300 W")
    await card.choose("Colors up to the best panel")

    await expect(card.card.locator(".legend")).to_have_text(f"0{max(now()['watts'])} W")


async def test_only_the_chosen_arrays_are_shown_and_summed_up(browser: Browser) -> None:
    card = await open_card(browser, config={"arrays": ["Garage"], "title": "Shed", "show_values": False})

    assert await card.tiles.count() == 4
    await expect(card.summary).to_contain_text(f"{sum(watts_at(NOW, panel) for panel in range(6, 10))} W")
    await expect(card.card.get_by_role("heading", name="Shed")).to_be_visible()
    await expect(card.tiles.first.locator(".number")).to_be_hidden()


async def test_a_panel_without_a_place_is_shown_below_the_roof(browser: Browser) -> None:
    without = roof()
    del without["layout"]["panels"]["482300000003"]
    card = await open_card(browser, events=[without, now(), health()])

    assert await card.tiles.count() == len(PANELS)
    await expect(card.card.get_by_text("Not placed yet: 1")).to_be_visible()
    below, above = await card.tiles.last.bounding_box(), await card.tiles.first.bounding_box()
    assert below
    assert above
    assert below["y"] > above["y"] + above["height"]


@pytest.mark.parametrize(("user", "offers"), [("admin", 1), ("other", 0)])
async def test_admins_are_asked_to_arrange_an_automatic_grid(browser: Browser, user: str, offers: int) -> None:
    card = await open_card(browser, events=[roof(source="automatic", can_edit=user == "admin"), now()])

    assert await card.card.get_by_role("button", name="Arrange panels", exact=True).count() == offers


async def test_a_gateway_that_is_not_ready_is_tried_again(browser: Browser) -> None:
    card = await open_card(browser, codes=["not_loaded"])
    await expect(card.card.get_by_text("The gateway isn't ready yet.")).to_be_visible()
    await card.page.clock.run_for(10_000)

    await expect(card.tiles).to_have_count(len(PANELS))


async def test_a_lost_connection_is_followed_by_a_new_subscription(card: CardPage) -> None:
    await card.page.evaluate("window.update({ connected: false }); window.update({ connected: true })")

    await card.page.wait_for_function("window.commands.filter(({ type }) => type?.endsWith('/subscribe')).length === 2")
    await expect(card.tiles).to_have_count(len(PANELS))


async def test_a_removed_card_ends_its_subscription(card: CardPage) -> None:
    while_shown = await card.page.evaluate("window.commands.includes('unsubscribe')")
    await card.page.evaluate("document.querySelector('main').remove()")

    await card.page.wait_for_function("window.commands.includes('unsubscribe')")
    assert not while_shown


async def test_days_cannot_be_chosen_without_a_recorder(browser: Browser) -> None:
    card = await open_card(browser, events=[{**roof(), "first_day": None}, now()], days=[])

    await expect(card.slider).to_be_disabled()
    await expect(card.card.get_by_role("button", name="Previous day", exact=True)).to_be_disabled()
    assert (await card.numbers())[0] == str(watts_at(NOW, 0))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_cut_off_on_a_phone(browser: Browser, language: str) -> None:
    card = await open_card(browser, size=PHONE, language=language)

    assert await card.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = (
        "(elements) => elements.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.innerText)"
    )
    assert await card.card.locator("button, .summary *, .message, .legend").evaluate_all(wide) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_card_has_no_accessibility_findings(browser: Browser, theme: str) -> None:
    """Axe has no findings in the picture, in a sheet and in the table."""
    card = await open_card(browser, dark=theme == "dark")
    await card.send(now(silent=[7]))
    in_picture = await card.findings()
    await card.tiles.first.click()
    await expect(card.sheet).to_be_visible()
    in_sheet = await card.findings()
    await card.page.keyboard.press("Escape")
    await card.show_table()

    assert in_picture + in_sheet + await card.findings() == []
