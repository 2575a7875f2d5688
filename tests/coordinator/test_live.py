"""The live coordinator on sites with storage: live data, their stream, and what is calculated from them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import INFO, LIVE_DATA
from custom_components.enphase_iq_gateway.client.models import Flow
from custom_components.enphase_iq_gateway.client.site.site import PollGroup
from tests.conftest import StartHome
from tests.support.home import Home

EVENING = datetime(2026, 6, 21, 19, tzinfo=UTC)
CHARGED, DISCHARGED = "battery_energy_charged", "battery_energy_discharged"


def gained(home: Home, key: str, before: dict[str, float]) -> float:
    """Return what a counter has gained, in Wh."""
    return 1000 * (float(home.state(key)) - before[key])


def stream_requests(home: Home) -> int:
    """Return how often the stream of live data was turned on."""
    statistics = home.entry.runtime_data.gateway.statistics
    return sum(each.requests for path, each in statistics.items() if path.startswith("POST"))


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["storage", "storage_ct_split", "storage_single_phase"])
async def test_energies_and_consumption_are_those_of_the_site(start_home: StartHome, profile: str) -> None:
    home = await start_home(profile, inverters=12)
    await home.advance(120, step=30)
    keys = (CHARGED, DISCHARGED, "total_consumption_energy_lifetime")
    before = {key: float(home.state(key)) for key in keys}
    first = home.simulator.world.now

    await home.advance(3 * 3600, step=30)

    last = home.simulator.world.now
    assert gained(home, CHARGED, before) == pytest.approx(last.battery_charged_wh - first.battery_charged_wh, abs=30)
    assert gained(home, DISCHARGED, before) == pytest.approx(
        last.battery_discharged_wh - first.battery_discharged_wh, abs=30
    )
    assert gained(home, keys[2], before) == pytest.approx(last.house.delivered_wh - first.house.delivered_wh, abs=30)
    power = home.coordinator(PollGroup.LIVE).data.measurement(Flow.TOTAL_CONSUMPTION).power_w
    assert power == pytest.approx(last.house.power_w, rel=0.1)


@pytest.mark.slow
async def test_the_stream_is_turned_on_again_after_it_has_ended(start_home: StartHome) -> None:
    home = await start_home("storage")
    await home.advance(60, step=30)
    before = stream_requests(home)
    home.simulator.world.plant.stream_until = home.clock.now()

    await home.advance(150, step=30)

    assert stream_requests(home) == before + 1
    live = home.coordinator(PollGroup.LIVE).data.live_data
    assert live is not None
    assert live.stream_enabled


@pytest.mark.slow
async def test_a_stream_that_is_refused_is_not_requested_every_minute(start_home: StartHome) -> None:
    home = await start_home(
        "storage", spoil=lambda faults: faults.add("status", path="/ivp/livedata/stream*", code=403)
    )
    before = stream_requests(home)
    await home.advance(1800, step=30)
    assert stream_requests(home) <= before + 1


async def test_a_stream_that_stays_off_is_requested_every_minute_at_most(start_home: StartHome) -> None:
    home = await start_home("storage", spoil=lambda faults: faults.add("write_ignored"))
    before = stream_requests(home)

    await home.advance(300, step=1)

    assert stream_requests(home) == before + 5


async def test_live_data_that_are_repeated_are_no_new_sample_of_storage(start_home: StartHome) -> None:
    home = await start_home("storage")
    await home.advance(60, step=30)
    assert not home.coordinator(PollGroup.LIVE).data.storage_kept
    home.simulator.faults.add("live_data_frozen")

    await home.advance(90, step=15)

    assert home.coordinator(PollGroup.LIVE).data.storage_kept
    assert home.state("battery_power") != "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("clock", [EVENING], indirect=True, ids=["evening"])
async def test_a_stall_of_live_data_makes_power_unknown_and_costs_no_energy(start_home: StartHome) -> None:
    home = await start_home("storage", inverters=12)
    await home.advance(120, step=30)
    before = {key: float(home.state(key)) for key in (CHARGED, DISCHARGED)}
    first = home.simulator.world.now
    fault = home.simulator.faults.add("live_data_frozen")

    await home.advance(210, step=30)
    assert home.state("battery_power") == "unknown"
    assert home.state("total_consumption_power") == "unknown"
    standing = float(home.state(DISCHARGED))
    home.simulator.faults.active.remove(fault)
    await home.advance(60, step=30)

    assert float(home.state("battery_power")) == pytest.approx(home.simulator.world.now.storage.power_w, abs=100)
    discharged = home.simulator.world.now.battery_discharged_wh - first.battery_discharged_wh
    assert discharged > 1000 * (standing - before[DISCHARGED]) + 5
    assert gained(home, DISCHARGED, before) == pytest.approx(discharged, abs=10)


async def test_without_live_data_the_readings_go_on(start_home: StartHome) -> None:
    home = await start_home("storage")
    home.simulator.faults.add("status", path=LIVE_DATA.path, code=503)
    await home.advance(180, step=30)
    assert home.state("battery_power") == "unknown"
    assert float(home.state("production_power")) > 0


@pytest.mark.parametrize(
    ("profile", "source", "calculated"), [("storage", "live_data", True), ("storage_ct_split", "storage_ct", False)]
)
async def test_attributes_name_the_source(
    start_home: StartHome, profile: str, source: str, *, calculated: bool
) -> None:
    home = await start_home(profile)
    await home.advance(60, step=30)

    def attribute(name: str, of: str) -> object:
        state = home.hass.states.get(f"sensor.{name}")
        assert state is not None, home.hass.states.async_entity_ids("sensor")
        return state.attributes.get(of)

    assert attribute("iq_gateway_battery_power", "source") == source
    assert attribute("iq_gateway_battery_charged", "calculated") is calculated


async def test_a_site_without_storage_reads_no_live_data(start_home: StartHome) -> None:
    home = await start_home("metered_net_three_phase")
    await home.advance(300, step=30)
    assert LIVE_DATA.path not in home.entry.runtime_data.gateway.statistics


async def test_a_stream_that_ends_makes_nothing_unknown(start_home: StartHome) -> None:
    """Its last values are shown until it is on again."""
    home = await start_home("storage")
    await home.advance(60, step=30)
    home.simulator.world.plant.stream_until = home.clock.now()

    for _ in range(5):
        await home.advance(30, step=30)
        assert "unknown" not in {home.state(key) for key in ("battery_power", "total_consumption_power")}


async def test_the_reports_of_the_batteries_replace_live_data_that_stand_still(start_home: StartHome) -> None:
    """Whether the batteries charge is what they report themselves, and the profile is unknown."""
    home = await start_home("storage")
    await home.advance(120, step=30)
    fault = home.simulator.faults.add("live_data_frozen")

    await home.advance(300, step=30)

    storage = home.coordinator(PollGroup.STORAGE).data.storage
    assert storage is not None
    assert storage.power_w == sum(battery.power_w or 0 for battery in storage.batteries.values())
    assert home.state("battery_profile") == "unknown"
    home.simulator.faults.active.remove(fault)
    await home.advance(150, step=30)  # this firmware has a stall of its own every 20 minutes
    assert home.state("battery_profile") == "self_consumption"


@pytest.mark.parametrize("clock", [EVENING], indirect=True, ids=["evening"])
@pytest.mark.parametrize("seconds", [-3600.0, 3600.0])
async def test_live_data_are_fresh_again_soon_after_a_clock_was_set(start_home: StartHome, seconds: float) -> None:
    """By the former difference of the clocks they are old or of the future."""
    home = await start_home("storage")
    await home.advance(120, step=30)
    home.simulator.faults.add("clock_off", seconds=seconds)

    await home.advance(60, step=30)

    assert home.state("battery_power") != "unknown"
    assert not home.coordinator(PollGroup.LIVE).data.storage_kept


async def test_the_clocks_are_not_compared_more_often_than_needed(start_home: StartHome) -> None:
    home = await start_home("storage")
    home.simulator.faults.add("clock_off", path=LIVE_DATA.path, seconds=86_400)
    home.simulator.faults.add("status", path=INFO.path, code=503)
    requests = len(home.simulator.requests)

    await home.advance(840, step=60)

    assert home.state("battery_profile") == "unknown"
    assert sum(request.path == INFO.path for request in home.simulator.requests[requests:]) == 3


async def test_another_reserve_in_live_data_is_read_at_once(start_home: StartHome) -> None:
    """The aggregate values are read every half an hour otherwise."""
    home = await start_home("storage")
    await home.advance(120, step=30)
    home.simulator.world.change_settings(lambda settings: replace(settings, reserve=55))

    await home.advance(75, step=15)

    assert home.state("battery_reserve") == "55"
