"""The step of the options that turns control on, one area at a time."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.helpers.selector import BooleanSelector
import probatio

from ..const import CONF_CONTROL
from ..control.areas import ControlArea

CONTROL_STEP: Final = "control"
CONTROL_SCHEMA: Final = probatio.Schema(
    {probatio.Required(area.value, default=False): BooleanSelector() for area in ControlArea}
)


def shown_areas(options: Mapping[str, Any]) -> dict[str, bool]:
    """Return for the form which areas are on."""
    return {area.value: area in options.get(CONF_CONTROL, ()) for area in ControlArea}


def with_areas(options: Mapping[str, Any], user_input: Mapping[str, bool]) -> dict[str, Any]:
    """Return the options with the areas that the user has turned on."""
    return {**options, CONF_CONTROL: [area.value for area in ControlArea if user_input[area]]}
