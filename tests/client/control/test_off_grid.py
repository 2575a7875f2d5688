"""What keeps the home on the grid (S§30): one failing check at a time."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.control.off_grid import Obstacle, needed_charge, off_grid_obstacle
from custom_components.enphase_iq_gateway.client.endpoints import ENSEMBLE_INVENTORY, GRID_RELAY
from custom_components.enphase_iq_gateway.client.settings_models import Generator, GeneratorConfig, GridRelay
from custom_components.enphase_iq_gateway.client.site.storage_documents import StorageDocuments
from custom_components.enphase_iq_gateway.client.site.storage_snapshot import (
    BatteryValues,
    GeneratorValues,
    StorageSnapshot,
)
from custom_components.enphase_iq_gateway.client.storage_models import Collar, EnsembleInventory, IqBattery
from tests.support.storage_documents import storage_documents

IDLE = Generator(commanded_position="open", relay_position="open", mode_number=2)
CONFIG = GeneratorConfig(configured=True)


def battery(*, communicating: bool | None = True) -> BatteryValues:
    return BatteryValues(device=IqBattery(serial="1", communicating=communicating))


READY = StorageSnapshot(
    at=0,
    batteries={"1": battery(), "2": battery()},
    battery_state_of_charge_percent=50,
    shutdown_level_percent=10,
    generator=GeneratorValues(config=CONFIG, details=IDLE),
)


def documents(commanded: str | None = "closed", actual: str | None = "closed") -> StorageDocuments:
    relay = GridRelay(commanded_position=commanded, relay_position=actual)
    return storage_documents({}).with_answer(GRID_RELAY, relay, 0)


def test_a_site_that_is_ready_has_no_obstacle() -> None:
    assert off_grid_obstacle(READY, documents()) is None
    assert off_grid_obstacle(replace(READY, generator=None), documents()) is None


@pytest.mark.parametrize(
    ("storage", "obstacle"),
    [
        (replace(READY, batteries={}), Obstacle.NO_BATTERY),
        (replace(READY, batteries={"1": battery(), "2": battery(communicating=False)}), Obstacle.BATTERY_UNREACHABLE),
        (replace(READY, batteries={"1": battery(communicating=None)}), Obstacle.BATTERY_UNREACHABLE),
        (replace(READY, battery_state_of_charge_percent=None), Obstacle.CHARGE_UNKNOWN),
        (replace(READY, battery_state_of_charge_percent=20), Obstacle.LOW_CHARGE),
        (
            replace(READY, generator=GeneratorValues(config=CONFIG, details=replace(IDLE, relay_position="close"))),
            Obstacle.GENERATOR,
        ),
        (replace(READY, generator=GeneratorValues(config=CONFIG)), Obstacle.GENERATOR),
    ],
)
def test_a_check_that_fails_is_the_obstacle(storage: StorageSnapshot, obstacle: Obstacle) -> None:
    assert off_grid_obstacle(storage, documents()) is obstacle


@pytest.mark.parametrize(
    ("commanded", "actual"),
    [("open", "closed"), ("closed", "open"), ("open", "open synchronized"), (None, None)],
)
def test_the_relay_must_be_closed_and_stay_so(commanded: str | None, actual: str | None) -> None:
    assert off_grid_obstacle(READY, documents(commanded, actual)) is Obstacle.NOT_ON_GRID
    assert off_grid_obstacle(READY, storage_documents({})) is Obstacle.NOT_ON_GRID


@pytest.mark.parametrize(("level", "needed"), [(5, 15), (0, 10), (None, 20)])
def test_the_charge_must_be_well_above_where_the_batteries_stop(level: float | None, needed: float) -> None:
    assert needed_charge(replace(READY, shutdown_level_percent=level)) == needed


@pytest.mark.parametrize(
    ("word", "obstacle"),
    [
        ("ENCMN_MDE_ON_GRID", None),
        ("ENCMN_MDE_OFF_GRID", Obstacle.NOT_ON_GRID),
        ("ENCMN_MDE_NEW_WORD", Obstacle.NOT_ON_GRID),
        (None, Obstacle.NOT_ON_GRID),
    ],
)
def test_a_collar_must_report_that_it_is_on_the_grid(word: str | None, obstacle: Obstacle | None) -> None:
    inventory = EnsembleInventory(collars={"4": Collar(serial="4", admin_state=word)})

    assert off_grid_obstacle(READY, storage_documents({}).with_answer(ENSEMBLE_INVENTORY, inventory, 0)) is obstacle
