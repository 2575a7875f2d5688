"""A takeover or its undo that is interrupted anywhere is finished by the next set-up, and nothing is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.counters.shift import Shifts
from custom_components.enphase_iq_gateway.history.takeover import journal as journals, registries, takeover
from custom_components.enphase_iq_gateway.history.takeover.journal import (
    Stage,
    async_load_journal,
    async_set_stage,
    journal_of,
)

from .test_statistics import PRODUCED
from .two_integrations import TwoIntegrations

pytestmark = pytest.mark.slow

CHANGES = (
    (er.EntityRegistry, "async_remove"),
    (er.EntityRegistry, "async_update_entity_platform"),
    (er.EntityRegistry, "async_update_entity"),
    (er.EntityRegistry, "async_get_or_create"),
    (dr.DeviceRegistry, "async_remove_device"),
    (dr.DeviceRegistry, "async_update_device"),
)
POINTS = (0, 1, 2, 3, 7, 20, 39, 40, 45, 60, 80)
SHIFT = Shifts(counters={PRODUCED: 5_000.0}, days={})


class PointError(Exception):
    """Raised instead of a change of a registry."""


@contextmanager
def interrupted_at(point: int) -> Iterator[list[int]]:
    """Interrupt the steps at the nth change of a registry; yield the number of changes."""
    made = [0]

    def counting[**P, R](real: Callable[P, R]) -> Callable[P, R]:
        def change(*args: P.args, **kwargs: P.kwargs) -> R:
            if made[0] == point:
                raise PointError
            made[0] += 1
            return real(*args, **kwargs)

        return change

    patches = [patch.object(kind, name, counting(getattr(kind, name))) for kind, name in CHANGES]

    def during[**P, R](step: Callable[P, R]) -> Callable[P, R]:
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            for each in patches:
                each.start()
            try:
                return step(*args, **kwargs)
            finally:
                for each in patches:
                    each.stop()

        return run

    with (
        patch.object(takeover, "async_move", during(registries.async_move)),
        patch.object(takeover, "async_return", during(registries.async_return)),
    ):
        yield made


async def test_an_interruption_at_any_point_is_finished_by_the_next_set_up(home: TwoIntegrations) -> None:
    before, plan = home.rows(home.core), home.plan()
    offset = home.entry.runtime_data.guard.state.counters[PRODUCED].offset
    reached = set()
    for point in POINTS:
        with interrupted_at(point) as made:
            await takeover.async_take_over(
                home.hass, home.entry, home.core, plan, SHIFT, keep_names=True, keep_old=False
            )
        reached.add(made[0])
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.turn()
        assert home.entry.state is ConfigEntryState.LOADED
        assert home.changed({each.row.id: each.row for each in plan.moves}) == {}
        assert {home.row(each.row.id).platform for each in plan.moves} == {DOMAIN}
        assert home.entry.runtime_data.guard.state.counters[PRODUCED].offset == pytest.approx(offset + 5_000)

        with interrupted_at(point):
            await takeover.async_undo(home.hass, home.entry)
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)
        assert home.changed(before, "name", "unique_id", "platform", "config_entry_id") == {}
        assert home.rows(home.core).keys() == before.keys()
        assert home.entry.runtime_data.guard.state.counters[PRODUCED].offset == pytest.approx(offset)
        home.clock.tick(250)
        await home.turn()
        assert journal_of(home.hass, home.entry.entry_id) is None
    assert {point for point in POINTS if point < 60} <= reached


async def test_the_steps_are_repeated_until_they_are_on_disk(home: TwoIntegrations) -> None:
    await home.take_over()
    journal = journal_of(home.hass, home.entry.entry_id)
    assert journal is not None
    assert journal.stage is Stage.MOVING

    await home.live(5)

    journal = await async_load_journal(home.hass, home.entry.entry_id)
    assert journal is not None
    assert journal.stage is Stage.MOVED


async def test_entities_disabled_with_the_device_left_behind_are_enabled(home: TwoIntegrations) -> None:
    """The devices were on disk before the entities, so core has started with a disabled device."""
    plan = await home.take_over()
    registry = er.async_get(home.hass)
    for each in plan.moves:
        registry.async_update_entity(each.row.entity_id, disabled_by=er.RegistryEntryDisabler.DEVICE)

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert {home.row(each.row.id).disabled_by for each in plan.moves} == {None}


async def test_an_entity_of_a_device_that_the_user_disabled_stays_disabled(home: TwoIntegrations) -> None:
    device = home.device(home.core, "enphase_envoy", home.inverter)
    dr.async_get(home.hass).async_update_device(device.id, disabled_by=dr.DeviceEntryDisabler.USER)
    power = home.rows_by_id(home.entity_id("", home.inverter))

    await home.take_over()

    assert home.row(power.id).platform == DOMAIN
    assert home.row(power.id).disabled_by is er.RegistryEntryDisabler.DEVICE


async def test_a_journal_that_cannot_be_written_changes_nothing(home: TwoIntegrations) -> None:
    before = home.rows(home.core)
    with patch("homeassistant.helpers.storage.Store.async_save"), pytest.raises(HomeAssistantError):
        await home.take_over()

    assert home.changed(before, "platform") == {}


async def test_a_journal_that_cannot_be_read_is_left_alone(home: TwoIntegrations, hass_storage: dict[str, Any]) -> None:
    plan = await home.take_over()
    key = f"{DOMAIN}.takeover.{home.entry.entry_id}"
    hass_storage[key]["data"]["rows"] = "damaged"

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert home.entry.state is ConfigEntryState.LOADED
    assert {home.row(each.row.id).platform for each in plan.moves} == {DOMAIN}
    assert key in hass_storage
    assert "cannot be read, so it cannot be undone" in home.caplog.text


@pytest.mark.parametrize("keep_old", [False, True])
async def test_without_its_journal_a_takeover_is_not_repeated(
    home: TwoIntegrations, hass_storage: dict[str, Any], *, keep_old: bool
) -> None:
    """A second takeover would replace the entities that have moved by what holds their places, or by doubles."""
    plan = await home.take_over(keep_old=keep_old)
    if keep_old:
        await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)
    del hass_storage[f"{DOMAIN}.takeover.{home.entry.entry_id}"]
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.turn()

    again = home.plan()

    assert {each.unique_id for each in again.moves} & {each.unique_id for each in plan.moves} == set()


async def test_entities_return_when_our_entry_is_deleted(home: TwoIntegrations) -> None:
    before = home.rows(home.core)
    await home.take_over()

    await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)

    assert home.changed(before, "name", "unique_id", "platform", "config_entry_id") == {}
    assert home.rows(home.core).keys() == before.keys()


@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_entities_return_from_our_deleted_entry_although_the_other_integration_cannot_unload(
    home: TwoIntegrations,
) -> None:
    plan = await home.take_over(keep_old=True)
    await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)

    with patch("homeassistant.components.enphase_envoy.async_unload_entry", return_value=False):
        await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.turn()

    assert {home.row(each.row.id).platform for each in plan.moves} == {"enphase_envoy"}
    assert home.core.disabled_by is None
    assert [text for text in home.warnings() if "OperationNotAllowed" in text] == []


@pytest.mark.parametrize("error", [HomeAssistantError(), OSError()])
async def test_entities_return_from_our_deleted_entry_although_the_journal_cannot_be_written(
    home: TwoIntegrations, error: Exception
) -> None:
    plan = await home.take_over()

    with patch.object(journals, "async_write_journal", side_effect=error):
        await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)

    assert {home.row(each.row.id).platform for each in plan.moves} == {"enphase_envoy"}


async def test_an_entity_that_the_user_deletes_meanwhile_is_created_again(home: TwoIntegrations) -> None:
    plan = await home.take_over()
    gone = plan.moves[0].row
    er.async_get(home.hass).async_remove(gone.entity_id)

    await home.undo()

    created = er.async_get(home.hass).async_get_entity_id("sensor", "enphase_envoy", gone.unique_id)
    assert created is not None
    assert home.rows_by_id(created).disabled_by is None
    assert all(home.row(each.row.id).platform == "enphase_envoy" for each in plan.moves[1:])


async def test_a_name_given_after_the_takeover_stays(home: TwoIntegrations) -> None:
    entity_id = home.entity_id("lifetime_production")
    await home.take_over()
    er.async_get(home.hass).async_update_entity(entity_id, name="Sun", new_entity_id="sensor.sun")

    await home.undo()

    row = er.async_get(home.hass).async_get("sensor.sun")
    assert row is not None
    assert (row.name, row.platform) == ("Sun", "enphase_envoy")


async def test_the_old_entry_enabled_by_hand_creates_no_duplicates(home: TwoIntegrations) -> None:
    before = home.rows(home.core)
    plan = await home.take_over()

    await home.hass.config_entries.async_set_disabled_by(home.core.entry_id, None)
    await home.turn_until(lambda: home.core.state is ConfigEntryState.LOADED)

    shown = [row.entity_id for row in home.rows(home.core).values() if not row.disabled]
    moved = {each.row.unique_id for each in plan.moves}
    assert [entity_id for entity_id in shown if home.rows_by_id(entity_id).unique_id in moved] == []
    await home.undo()
    assert home.rows(home.core).keys() == before.keys()


async def test_an_entity_that_is_still_loaded_moves_later(home: TwoIntegrations, hass: HomeAssistant) -> None:
    plan = home.plan()
    loaded = plan.moves[0].row
    source = hass.data["entity_info"][loaded.entity_id]
    with patch.object(takeover, "async_stop", return_value=True), patch.dict(hass.data["entity_info"]):
        await home.hass.config_entries.async_unload(home.core.entry_id)
        hass.data["entity_info"][loaded.entity_id] = source
        await home.take_over(plan)
        assert home.row(loaded.id).platform == "enphase_envoy"

    hass.data["entity_info"].pop(loaded.entity_id, None)
    await hass.config_entries.async_reload(home.entry.entry_id)

    assert home.row(loaded.id).platform == DOMAIN


async def test_a_takeover_of_a_deleted_entry_ends(home: TwoIntegrations) -> None:
    await home.take_over()
    journal = journal_of(home.hass, home.entry.entry_id)
    assert journal is not None
    await async_set_stage(home.hass, journal, Stage.MOVED)
    await home.hass.config_entries.async_remove(home.core.entry_id)

    await home.hass.config_entries.async_reload(home.entry.entry_id)

    assert journal_of(home.hass, home.entry.entry_id) is None
    assert "was deleted, so its entities stay here" in home.caplog.text
