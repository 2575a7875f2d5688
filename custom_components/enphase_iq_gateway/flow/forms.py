"""The forms of the config flow."""

from typing import Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..client import DEFAULT_USERNAME
from ..const import CONF_METHOD, CONF_REMEMBER_PASSWORD

SIGN_IN_METHODS: Final = ("account", "token")
"""The steps between which users choose."""
_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
HOST_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})
ACCOUNT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_USERNAME): TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL)),
        probatio.Required(CONF_PASSWORD): _PASSWORD,
        probatio.Required(CONF_REMEMBER_PASSWORD, default=False): BooleanSelector(),
    }
)
RETRY_SIGN_IN_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_METHOD, default=SIGN_IN_METHODS[0]): SelectSelector(
            SelectSelectorConfig(
                options=list(SIGN_IN_METHODS), mode=SelectSelectorMode.LIST, translation_key="sign_in_method"
            )
        )
    }
)
TOKEN_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_TOKEN): TextSelector(TextSelectorConfig(multiline=True))})
LOCAL_ACCOUNT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_USERNAME, default=DEFAULT_USERNAME): TextSelector(),
        probatio.Optional(CONF_PASSWORD): _PASSWORD,
    }
)
