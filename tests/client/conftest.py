"""The client's tests need loopback, and no Home Assistant."""

import pytest


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Take the place of the fixture that starts Home Assistant for every test."""
