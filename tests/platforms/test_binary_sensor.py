"""The binary sensors: whether inverters communicate."""

import pytest

from tests.conftest import StartHome
from tests.support.home import Home


async def test_an_inverter_that_reports_communicates(home: Home) -> None:
    for serial in home.simulator.world.inverters:
        assert home.state("communicating", serial) == "on"


async def test_a_retired_inverter_is_unavailable(home: Home) -> None:
    (serial, *_) = home.simulator.world.inverters
    home.simulator.world.retire_inverter(serial)

    await home.advance(600, step=30)

    assert home.state("communicating", serial) == "unavailable"


@pytest.mark.usefixtures("all_entities_enabled")
async def test_without_a_list_of_inverters_there_are_no_inverter_entities(start_home: StartHome) -> None:
    home = await start_home(
        "metered_digest", spoil=lambda faults: faults.add("status", path="/api/v1/production/inverters", code=404)
    )

    assert {key.partition("_")[0] for key in home.states()} == {home.entry.unique_id}
