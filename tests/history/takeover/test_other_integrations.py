"""Entries of other integrations: one that cannot unload, and rows made by hand."""

from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.flow.possible_entities import possible_entities
from custom_components.enphase_iq_gateway.history.takeover.counterparts import ENVOY_DOMAIN, HOFFMANN_DOMAIN
from custom_components.enphase_iq_gateway.history.takeover.journal import Stage, journal_of
from custom_components.enphase_iq_gateway.history.takeover.other_entry import (
    async_start,
    async_stop,
    other_entries,
    token_of_other,
)
from custom_components.enphase_iq_gateway.history.takeover.plan import make_plan
from custom_components.enphase_iq_gateway.history.takeover.takeover import async_take_over, async_undo

from .two_integrations import NOTHING, TwoIntegrations

pytestmark = pytest.mark.slow


class Hoffmann:
    """An entry of `enphase_gateway` with two entities, in the home of the two others."""

    def __init__(self, home: TwoIntegrations, *, unloads: bool = True) -> None:
        self.home, self.hass = home, home.hass
        self.unloads = unloads
        serial = home.simulator.serial

        async def set_up(_: HomeAssistant, __: object) -> bool:
            return True

        async def unload(_: HomeAssistant, __: object) -> bool:
            return self.unloads

        module = MockModule(HOFFMANN_DOMAIN, async_setup_entry=set_up, async_unload_entry=unload)
        mock_integration(self.hass, module)
        mock_platform(self.hass, f"{HOFFMANN_DOMAIN}.config_flow")
        self.entry = MockConfigEntry(domain=HOFFMANN_DOMAIN, title="Enphase Gateway")
        self.entry.add_to_hass(self.hass)
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id, identifiers={(HOFFMANN_DOMAIN, serial)}, name="Gateway 1"
        )
        registry = er.async_get(self.hass)
        self.rows = [
            registry.async_get_or_create(
                "sensor",
                HOFFMANN_DOMAIN,
                f"{serial}_{key}",
                config_entry=self.entry,
                device_id=device.id,
                original_name=f"Gateway 1 {key}",
            )
            for key in ("grid_import", "lifetime_production")
        ]

    def platforms(self) -> set[str]:
        return {self.home.row(row.id).platform for row in self.rows}

    async def take_over(self) -> None:
        entry = self.home.entry
        plan = make_plan(self.rows, possible_entities(self.hass, entry))
        await async_take_over(self.hass, entry, self.entry, plan, NOTHING, keep_names=True, keep_old=False)
        await self.home.turn()


class FlowOfHoffmann(ConfigFlow):
    """The entry could not be set up without a flow."""


@pytest.fixture(autouse=True)
def _flow() -> Iterator[None]:
    with mock_config_flow(HOFFMANN_DOMAIN, FlowOfHoffmann):
        yield


async def test_the_entry_is_found_by_its_device(home: TwoIntegrations) -> None:
    hoffmann = Hoffmann(home)

    assert set(other_entries(home.hass, home.simulator.serial)) == {home.core, hoffmann.entry}
    assert list(other_entries(home.hass, "another")) == []


async def test_names_of_forks_move_without_the_name_of_the_device(home: TwoIntegrations) -> None:
    hoffmann = Hoffmann(home)
    await home.hass.config_entries.async_setup(hoffmann.entry.entry_id)

    await hoffmann.take_over()

    assert hoffmann.platforms() == {DOMAIN}
    assert {home.row(row.id).name for row in hoffmann.rows} == {"grid_import", "lifetime_production"}
    await async_undo(home.hass, home.entry)
    assert hoffmann.platforms() == {HOFFMANN_DOMAIN}
    assert {home.row(row.id).name for row in hoffmann.rows} == {None}


async def test_the_entities_of_an_entry_that_cannot_unload_move_with_the_next_start(home: TwoIntegrations) -> None:
    hoffmann = Hoffmann(home, unloads=False)
    assert await home.hass.config_entries.async_setup(hoffmann.entry.entry_id)

    await hoffmann.take_over()

    assert hoffmann.entry.state is ConfigEntryState.FAILED_UNLOAD
    assert (hoffmann.entry.disabled_by, hoffmann.platforms()) == (ConfigEntryDisabler.USER, {HOFFMANN_DOMAIN})
    assert home.entry.state is ConfigEntryState.LOADED
    hoffmann.entry.mock_state(home.hass, ConfigEntryState.NOT_LOADED)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert hoffmann.platforms() == {DOMAIN}


async def test_undo_waits_for_an_entry_that_cannot_unload(home: TwoIntegrations) -> None:
    hoffmann = Hoffmann(home)
    await hoffmann.take_over()
    hoffmann.unloads = False
    await home.hass.config_entries.async_set_disabled_by(hoffmann.entry.entry_id, None)

    await async_undo(home.hass, home.entry)

    journal = journal_of(home.hass, home.entry.entry_id)
    assert journal is not None
    assert (journal.stage, hoffmann.platforms()) == (Stage.RETURNING, {DOMAIN})


async def test_a_disabled_entry_is_taken_over_and_stays_disabled(home: TwoIntegrations) -> None:
    hoffmann = Hoffmann(home)
    await home.hass.config_entries.async_set_disabled_by(hoffmann.entry.entry_id, ConfigEntryDisabler.USER)
    hoffmann.rows = [home.row(row.id) for row in hoffmann.rows]
    assert {row.disabled_by for row in hoffmann.rows} == {er.RegistryEntryDisabler.CONFIG_ENTRY}

    await hoffmann.take_over()

    assert hoffmann.platforms() == {DOMAIN}
    assert {home.row(row.id).disabled_by for row in hoffmann.rows} == {None}
    await async_undo(home.hass, home.entry)
    assert hoffmann.entry.disabled_by is ConfigEntryDisabler.USER
    assert hoffmann.platforms() == {HOFFMANN_DOMAIN}


@pytest.mark.parametrize(("data", "expected"), [({"token": "a token"}, "a token"), ({"token": ""}, None), ({}, None)])
async def test_the_token_of_another_integration(
    hass: HomeAssistant, data: dict[str, Any], expected: str | None
) -> None:
    MockConfigEntry(domain=ENVOY_DOMAIN, unique_id="1", data=data).add_to_hass(hass)

    assert token_of_other(hass, "1") == expected
    assert token_of_other(hass, "2") is None


async def test_an_entry_that_runs_is_stopped(home: TwoIntegrations) -> None:
    assert await async_stop(home.hass, home.core)

    assert home.core.state is ConfigEntryState.NOT_LOADED


async def test_an_entry_that_was_stopped_is_started_again(home: TwoIntegrations) -> None:
    await async_stop(home.hass, home.core)

    task = home.hass.async_create_task(async_start(home.hass, home.core))
    await home.turn_until(task.done)

    assert home.core.state is ConfigEntryState.LOADED


async def test_an_entry_that_runs_is_not_started_again(home: TwoIntegrations) -> None:
    running = home.core.runtime_data

    await async_start(home.hass, home.core)

    assert home.core.runtime_data is running


async def test_an_entry_that_could_not_be_migrated_stays_enabled(home: TwoIntegrations) -> None:
    hoffmann = Hoffmann(home)
    hoffmann.entry.mock_state(home.hass, ConfigEntryState.MIGRATION_ERROR)

    assert await async_stop(home.hass, hoffmann.entry)

    assert hoffmann.entry.disabled_by is None


async def test_an_entry_that_does_not_run_needs_no_stop(home: TwoIntegrations) -> None:
    await home.hass.config_entries.async_unload(home.core.entry_id)

    assert await async_stop(home.hass, home.core)
    assert (home.core.state, home.core.disabled_by) == (ConfigEntryState.NOT_LOADED, None)
