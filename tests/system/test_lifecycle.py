"""Set-up, unload, reload and stop at any moment leave nothing behind."""

import asyncio
import gc

from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.enphase_iq_gateway.coordinator import PollGroupCoordinator
from custom_components.enphase_iq_gateway.counters.store import CounterStore
from tests.conftest import StartHome
from tests.support.home import Home
from tests.support.virtual_time import real_seconds, settle, until

READINGS = "/ivp/meters/readings"
DATA = ("/ivp/*", "/api/*", "/production*")


def timers(home: Home) -> list[str]:
    """Return the timers of the integration."""
    handles = getattr(asyncio.get_running_loop(), "_scheduled", [])
    return sorted(
        repr(handle)
        for handle in handles
        if not handle.cancelled() and ("enphase_iq_gateway" in repr(handle) or home.entry.title in repr(handle))
    )


def listeners(home: Home) -> dict[str, int]:
    """Return the number of listeners by event type."""
    return {str(event): count for event, count in home.hass.bus.async_listeners().items()}


def registered(home: Home) -> set[tuple[str, str]]:
    """Return entity ID and unique ID of every entity of the entry."""
    entries = er.async_entries_for_config_entry(er.async_get(home.hass), home.entry.entry_id)
    return {(entity.entity_id, entity.unique_id) for entity in entries}


def state(home: Home) -> str:
    """Return the state of the entry."""
    return str(home.entry.state.value)


async def wait_for_hanging_request(home: Home, path: str) -> None:
    """Wait until a coordinator's request to a path hangs."""
    before = len(home.simulator.requests)
    home.simulator.faults.add("hang", path=path)
    home.clock.tick(301)
    await until(lambda: any(request.path.startswith(path) for request in home.simulator.requests[before:]))


@pytest.mark.parametrize("path", [READINGS, "/production.json", "/ivp/pdm/device_data"])
async def test_unload_does_not_wait_for_a_hanging_request(home: Home, path: str) -> None:
    await wait_for_hanging_request(home, path)
    began = real_seconds()

    assert await home.hass.config_entries.async_unload(home.entry.entry_id)

    assert real_seconds() - began < 2
    assert home.tasks() == set()
    assert timers(home) == []
    await until(lambda: home.simulator.open_connections == 0)


async def test_stopping_home_assistant_does_not_wait_for_a_hanging_request(home: Home) -> None:
    await wait_for_hanging_request(home, READINGS)
    began = real_seconds()

    await home.hass.async_stop(force=True)

    assert real_seconds() - began < 2
    assert home.tasks() == set()
    await until(lambda: home.simulator.open_connections == 0)


async def test_stopping_home_assistant_closes_the_connection(home: Home) -> None:
    assert home.simulator.open_connections == 1

    await home.hass.async_stop(force=True)

    await until(lambda: home.simulator.open_connections == 0)


async def test_a_set_up_that_hangs_ends_and_is_tried_again(home: Home) -> None:
    home.simulator.faults.add("hang", path="/ivp/meters")
    reload = home.hass.async_create_task(home.hass.config_entries.async_reload(home.entry.entry_id))
    while not reload.done():
        await home.advance_hanging(5)

    assert state(home) == "setup_retry"
    await until(lambda: home.simulator.open_connections == 0)
    home.simulator.faults.clear()
    await home.advance(30)
    assert state(home) == "loaded"


@pytest.mark.parametrize(
    ("paths", "limit_s"), [(("/ivp/ensemble/inventory",), 50), (("/ivp/ensemble/inventory", "/production.json*"), 65)]
)
async def test_an_inventory_of_storage_that_hangs_does_not_stop_set_up(
    home: Home, paths: tuple[str, ...], limit_s: float
) -> None:
    for path in paths:
        home.simulator.faults.add("hang", path=path)
    began = home.clock.now()

    reload = home.hass.async_create_task(home.hass.config_entries.async_reload(home.entry.entry_id))
    while not reload.done():
        await home.advance_hanging(1, step=1)

    assert state(home) == "loaded"
    assert home.clock.now() - began <= limit_s


async def test_a_gateway_that_is_off_at_start_is_set_up_when_it_is_back(home: Home) -> None:
    await home.simulator.stop()
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert state(home) == "setup_retry"
    await home.simulator.start()

    await home.advance(60)

    assert state(home) == "loaded"
    assert home.lost() == set()


@pytest.mark.parametrize("profile", ["metered_without_cts", "non_metered_new"])
@pytest.mark.parametrize("fault", ["401", "404", "html", "empty"])
async def test_a_gateway_that_is_not_ready_at_start_is_set_up_when_it_is(
    start_home: StartHome, profile: str, fault: str
) -> None:
    home = await start_home(profile)
    for path in DATA:
        if fault.isdecimal():
            home.simulator.faults.add("status", path=path, code=int(fault))
        else:
            home.simulator.faults.add(fault, path=path)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert state(home) == "setup_retry"
    home.simulator.faults.clear()

    await home.advance(60)

    assert state(home) == "loaded"
    assert home.lost() == set()


async def test_a_gateway_that_is_busy_at_start_is_set_up_when_it_is_not(start_home: StartHome) -> None:
    home = await start_home("metered_without_cts")
    home.simulator.faults.add("status", path="/ivp/pdm/*", code=503)
    home.simulator.faults.add("status", path="/api/*", code=503)
    home.simulator.faults.add("html", path="/production*")
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert state(home) == "setup_retry"
    home.simulator.faults.clear()

    await home.advance(60)

    assert state(home) == "loaded"


async def test_a_gateway_without_data_that_never_worked_is_not_set_up_again(home: Home) -> None:
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    await CounterStore(home.hass, home.entry.entry_id).async_remove()
    for path in DATA:
        home.simulator.faults.add("status", path=path, code=404)

    await home.hass.config_entries.async_setup(home.entry.entry_id)

    assert state(home) == "setup_error"
    assert home.entry.reason == "The gateway's firmware provides no data that can be read"


async def test_a_clock_that_is_years_ahead_does_not_stop_set_up(home: Home) -> None:
    """The token has expired by that clock, but the gateway has its own."""
    home.clock.jump(2 * 366 * 86_400)
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert state(home) == "loaded"
    home.clock.jump(-2 * 366 * 86_400)

    await home.advance(660, step=30)

    assert state(home) == "loaded"
    assert home.lost() == set()
    assert not any(issue.active for issue in ir.async_get(home.hass).issues.values() if "token" in issue.issue_id)


async def test_fifty_reloads_leave_nothing_behind(home: Home) -> None:
    """The entities stay; tasks, timers, listeners, connections and coordinators do not grow in number."""
    home.hass.config_entries.async_schedule_reload(home.entry.entry_id)
    await settle(home.hass)
    before = (registered(home), listeners(home), len(timers(home)), home.tasks())
    states = {unique_id: state for unique_id, (_, state) in home.states().items()}

    for _ in range(50):
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await settle(home.hass)

    assert (registered(home), listeners(home), len(timers(home)), home.tasks()) == before
    assert {unique_id: state for unique_id, (_, state) in home.states().items()} == states
    assert home.simulator.open_connections == 1
    gc.collect()
    assert sum(isinstance(each, PollGroupCoordinator) for each in gc.get_objects()) == len(
        home.entry.runtime_data.coordinators
    )


async def test_an_unloaded_gateway_gets_no_request_for_a_day(home: Home) -> None:
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    before = len(home.simulator.requests)

    await home.advance(86_400, step=300)

    assert len(home.simulator.requests) == before


async def test_set_up_reads_every_endpoint_once(start_home: StartHome) -> None:
    home = await start_home()
    home.simulator.requests.clear()
    await home.hass.config_entries.async_reload(home.entry.entry_id)
    await settle(home.hass)

    paths = [request.path for request in home.simulator.requests]

    assert sorted(paths) == sorted(set(paths))
