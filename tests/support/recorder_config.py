"""The configuration of the recorder for tests over many virtual hours."""

from pathlib import Path

from homeassistant.components.recorder import (
    CONF_COMMIT_INTERVAL,
    CONF_DB_URL,
    CONF_EVENT_TYPES,
    DEFAULT_COMMIT_INTERVAL,
)
from homeassistant.const import CONF_EXCLUDE, EVENT_COMPONENT_LOADED, EVENT_SERVICE_REGISTERED
from homeassistant.helpers.device_registry import EVENT_DEVICE_REGISTRY_UPDATED
from homeassistant.helpers.entity_registry import EVENT_ENTITY_REGISTRY_UPDATED
from homeassistant.helpers.typing import ConfigType

_SET_UP_EVENTS = [
    str(event)
    for event in (
        EVENT_COMPONENT_LOADED,
        EVENT_DEVICE_REGISTRY_UPDATED,
        EVENT_ENTITY_REGISTRY_UPDATED,
        EVENT_SERVICE_REGISTERED,
    )
]


def fast_recorder(folder: Path) -> ConfigType:
    """Return the configuration of a recorder that commits as often as a user's, without the events of every set-up.

    Home Assistant's test plugin commits after every state and event, which is half of the time of a test over an hour,
    and keeps the database in memory, where nothing can be read between a state and its commit.
    """
    return {
        CONF_DB_URL: f"sqlite:///{folder}/home-assistant_v2.db",
        CONF_COMMIT_INTERVAL: DEFAULT_COMMIT_INTERVAL,
        CONF_EXCLUDE: {CONF_EVENT_TYPES: _SET_UP_EVENTS},
    }
