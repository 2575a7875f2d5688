"""What the entities of one inverter are told."""

from dataclasses import replace

from custom_components.enphase_iq_gateway.client import Inverter
from custom_components.enphase_iq_gateway.client.models import InverterDetails
from custom_components.enphase_iq_gateway.polling.inverter_updates import Shown, WatchedInverter
from custom_components.enphase_iq_gateway.sensor.inverters import INVERTER_SENSORS

DETAILS = InverterDetails(energy_today_wh=1.0)
POWER, TODAY = (row for row in INVERTER_SENSORS if row.key in {"power", "energy_today"})


class Entity:
    """Notes what it is told to show."""

    def __init__(self, key: str) -> None:
        """Know its name."""
        self.key = key

    def show(self, shown: Shown) -> None:
        """Not asked for here: what there is to show is looked at."""
        raise NotImplementedError


class Followed:
    """An inverter whose power and energy of today are followed."""

    def __init__(self) -> None:
        """Show what the inverter says first."""
        self.inverter = Inverter(serial="999900000101", power_w=1.0, details=DETAILS)
        self.watched = WatchedInverter()
        self.let_go = [
            self.watched.follow(Entity(row.key), row.value_fn, (True, row.value_fn(self.inverter)))
            for row in (POWER, TODAY)
        ]

    def told(self, inverter: Inverter | None, *, available: bool = True) -> dict[str, Shown]:
        """Give what the entities are to show."""
        return {
            entity.key: shown
            for entity, shown in self.watched.news(inverter, available=available)
            if isinstance(entity, Entity)
        }


def test_who_shows_something_else_is_not_told() -> None:
    """Of a new power today says nothing."""
    followed = Followed()

    assert followed.told(replace(followed.inverter, power_w=2.0)) == {"power": (True, 2.0)}


def test_new_details_are_told() -> None:
    """As far as they say something else."""
    followed = Followed()

    details = replace(DETAILS, energy_today_wh=5.0)

    assert followed.told(replace(followed.inverter, details=details)) == {"energy_today": (True, 5.0)}
    assert followed.told(replace(followed.inverter, details=replace(details))) == {}


def test_an_inverter_that_goes_and_comes_is_told_to_all() -> None:
    """Also to those whose value is as it was."""
    followed = Followed()
    followed.told(followed.inverter)

    assert followed.told(None, available=False) == {"power": (False, None), "energy_today": (False, None)}
    assert followed.told(followed.inverter) == {"power": (True, 1.0), "energy_today": (True, 1.0)}


def test_a_lane_that_is_lost_is_told_to_all() -> None:
    """With the values it had."""
    followed = Followed()
    followed.told(followed.inverter)

    assert followed.told(followed.inverter, available=False) == {"power": (False, 1.0), "energy_today": (False, 1.0)}


def test_who_lets_go_is_not_told_any_more() -> None:
    """The others are."""
    followed = Followed()
    followed.let_go[0]()

    assert followed.told(None, available=False).keys() == {"energy_today"}
