"""What pages show of a roof: its panels, its layout, and one message for every reading."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.array.daily_health import async_daily_health
from custom_components.enphase_iq_gateway.array.feed import Message, async_roof_feed
from custom_components.enphase_iq_gateway.array.health import HealthReport, PanelHealth, PanelState
from custom_components.enphase_iq_gateway.array.layout import LayoutSource, automatic_layout
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from tests.support.entries import sensor_id
from tests.support.home import Home
from tests.support.virtual_time import settle


class Shown:
    """What one open page has received."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.close: Callable[[], None]

    def receive(self, message: Message) -> None:
        """Keep a message."""
        self.messages.append(message)

    def take(self) -> list[Message]:
        """Return the messages since the last call."""
        taken, self.messages = self.messages, []
        return taken


@pytest.fixture
async def shown(roof: Home) -> Shown:
    shown = Shown()
    shown.close = await async_roof_feed(roof.hass, roof.entry.entry_id).async_subscribe(shown.receive)
    return shown


def power_entity(roof: Home, serial: str) -> str:
    return sensor_id(roof.hass, f"{serial}_power")


async def test_the_first_message_lists_every_panel_with_its_entity_and_place(roof: Home, shown: Shown) -> None:
    message, _ = shown.take()

    serials = sorted(roof.coordinator(PollGroup.INVERTERS).data.inverters)
    assert len(serials) == 5
    assert [panel["serial"] for panel in message["panels"]] == serials
    assert [panel["power"] for panel in message["panels"]] == [power_entity(roof, serial) for serial in serials]
    assert (message["kind"], message["title"], message["zone"]) == ("roof", roof.entry.title, "Europe/Amsterdam")
    assert (message["layout"]["version"], message["layout"]["source"]) == (0, "automatic")
    assert sorted(message["layout"]["panels"]) == serials


async def test_there_are_no_past_days_without_a_recorder(shown: Shown) -> None:
    message, _ = shown.take()

    assert (message["first_day"], message["fine_from"]) == (None, None)


async def test_now_has_the_latest_reading_in_the_order_of_the_panels(roof: Home, shown: Shown) -> None:
    message, now = shown.take()

    data = roof.coordinator(PollGroup.INVERTERS).data
    inverters = [data.inverters[panel["serial"]] for panel in message["panels"]]
    assert now["watts"] == [round(inverter.power_w or 0) for inverter in inverters]
    assert now["age_s"] == [now["at"] - (inverter.last_reported or 0) for inverter in inverters]
    assert sum(now["watts"]) > 0
    assert (now["kind"], now["available"], now["asleep"], now["silent"]) == ("now", True, False, [])
    assert len(now["today_wh"]) == 5


@pytest.mark.slow
async def test_every_reading_sends_one_message(roof: Home, shown: Shown) -> None:
    _, first = shown.take()

    await roof.advance(1560)

    times = [first["at"], *(message["at"] for message in shown.take())]
    assert len(times) == 6
    assert min(later - earlier for earlier, later in pairwise(times)) >= 300


async def test_a_gateway_that_cannot_be_read_is_shown_as_unavailable_once(roof: Home, shown: Shown) -> None:
    *_, last = shown.take()
    await roof.simulator.stop()

    await roof.advance(3600, step=60)

    assert shown.take() == [last | {"available": False}]


async def test_a_subscription_survives_a_reload(roof: Home, shown: Shown) -> None:
    shown.take()

    assert await roof.hass.config_entries.async_reload(roof.entry.entry_id)
    await settle(roof.hass)

    assert [message.get("available") for message in shown.take()] == [False, True]


@pytest.mark.slow
async def test_a_renamed_device_shows_with_the_next_reading(roof: Home, shown: Shown) -> None:
    panel = shown.take()[0]["panels"][2]
    dr.async_get(roof.hass).async_update_device(panel["device_id"], name_by_user="Chimney")

    await roof.advance(310)

    assert shown.take()[0]["panels"][2] == panel | {"name": "Chimney"}


async def test_a_disabled_power_entity_is_left_out(roof: Home, shown: Shown) -> None:
    panels = shown.take()[0]["panels"]
    entity_id = power_entity(roof, panels[0]["serial"])
    er.async_get(roof.hass).async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)

    await roof.advance(310)

    assert shown.take()[0]["panels"] == [panels[0] | {"power": None}, *panels[1:]]


@pytest.mark.slow
async def test_a_panel_without_a_place_is_listed_and_the_layout_stays(roof: Home, shown: Shown) -> None:
    """After a replacement, the old inverter stays in the layout until a user removes it."""
    panels = shown.take()[0]["panels"]
    placed = [panel["serial"] for panel in panels[1:]] + ["122000000099"]
    layout = replace(automatic_layout(placed), source=LayoutSource.PERSON)

    await async_roof_feed(roof.hass, roof.entry.entry_id).async_save(layout, 0)

    (message,) = shown.take()
    assert message["panels"] == panels
    assert sorted(message["layout"]["panels"]) == sorted(placed)


async def test_the_health_of_the_panels_is_in_their_order(roof: Home, shown: Shown) -> None:
    first, second, *_ = [panel["serial"] for panel in shown.take()[0]["panels"]]
    health = async_daily_health(roof.hass, roof.entry)
    assert health is not None
    health.report = HealthReport(
        day=date(2026, 11, 19),
        panels={
            second: PanelHealth(state=PanelState.WEAK, level=0.8417, since=date(2026, 11, 3)),
            first: PanelHealth(state=PanelState.SHADED, level=0.99, shade_hours=(15, 16)),
        },
    )

    await roof.advance(310)

    assert shown.take()[-1] == {
        "kind": "health",
        "day": "2026-11-19",
        "level": [0.99, 0.842, None, None, None],
        "state": ["shaded", "weak", "unknown", "unknown", "unknown"],
        "since": {"1": "2026-11-03"},
        "shade": {"0": [15, 16]},
    }


async def test_nothing_is_sent_after_the_page_was_closed(roof: Home, shown: Shown) -> None:
    shown.take()

    shown.close()
    await roof.advance(900)

    assert shown.take() == []
