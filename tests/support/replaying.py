"""Recorded gateways that a simulator replays at the time of their recording."""

import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util

from custom_components.enphase_iq_gateway.client.endpoints.info import parse_info
from simulator import Simulator
from tests.conftest import StartSimulator

from .captures import CAPTURES


async def start_capture(start_simulator: StartSimulator, freezer: FrozenDateTimeFactory, name: str) -> Simulator:
    """Set the clock to the time of a capture, and start a gateway that answers with it."""
    folder = CAPTURES / name
    recorded_at = parse_info((folder / "info").read_bytes()).time
    assert recorded_at is not None
    freezer.move_to(dt_util.utc_from_timestamp(recorded_at))
    return await start_simulator(replay=folder, clock=time.time)
