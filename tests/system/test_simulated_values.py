"""Every simulated gateway shows the powers of its site."""

from dataclasses import astuple

import pytest

from simulator import PROFILES
from tests.support.simulated_values import OTHER_THAN_HOUSE, SimulatedGateway

ROUNDING_W = 1.0
"""Live data are a second older than the readings."""


@pytest.mark.parametrize("profile", PROFILES)
def test_every_kind_of_gateway_shows_the_powers_of_its_site(profile: str) -> None:
    gateway = SimulatedGateway(profile)

    assert astuple(gateway.shown()) == pytest.approx(astuple(gateway.right()), abs=ROUNDING_W)


@pytest.mark.parametrize("profile", PROFILES)
def test_consumption_is_what_the_house_uses_where_everything_is_measured(profile: str) -> None:
    gateway = SimulatedGateway(profile)

    consumption = gateway.shown().consumption

    differs = consumption is not None and abs(consumption - gateway.house_w) > ROUNDING_W
    assert differs is (profile in OTHER_THAN_HOUSE)
