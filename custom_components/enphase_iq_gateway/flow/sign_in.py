"""Steps that sign in to the gateway: with the Enphase account, with a token, or with the gateway's own account."""

from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CODE, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import callback
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

from ..array.account import fetched_layouts
from ..client import GatewayError, Token
from ..client.auth.cloud import CloudError, CloudProblem
from ..client.auth.cloud_sign_in import CloudSignIn
from ..client.auth.sign_in import DEFAULT_USERNAME
from ..const import CONF_METHOD, CONF_REMEMBER_PASSWORD
from ..history.takeover.other_entry import token_of_other
from ..hub.cloud import async_sign_in_to_cloud
from .base import GatewayFlow

CONF_SEND_AGAIN: Final = "send_again"
_SIGN_IN_METHODS: Final = ("account", "token")
"""The steps between which users choose."""
_PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_ACCOUNT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_USERNAME): TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL)),
        probatio.Required(CONF_PASSWORD): _PASSWORD,
        probatio.Required(CONF_REMEMBER_PASSWORD, default=False): BooleanSelector(),
    }
)
_RETRY_SIGN_IN_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_METHOD, default=_SIGN_IN_METHODS[0]): SelectSelector(
            SelectSelectorConfig(
                options=list(_SIGN_IN_METHODS), mode=SelectSelectorMode.LIST, translation_key="sign_in_method"
            )
        )
    }
)
_TOKEN_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_TOKEN): TextSelector(TextSelectorConfig(multiline=True))}
)
_LOCAL_ACCOUNT_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_USERNAME, default=DEFAULT_USERNAME): TextSelector(),
        probatio.Optional(CONF_PASSWORD): _PASSWORD,
    }
)
_CODE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(CONF_CODE): TextSelector(TextSelectorConfig(autocomplete="one-time-code")),
        probatio.Required(CONF_SEND_AGAIN, default=False): BooleanSelector(),
    }
)
_SAME_CHALLENGE: Final = frozenset(
    {
        CloudProblem.WRONG_CODE,
        CloudProblem.CODE_EXPIRED,
        CloudProblem.CODE_TOO_SOON,
        CloudProblem.UNAVAILABLE,
        CloudProblem.TIMEOUT,
        CloudProblem.UNEXPECTED,
    }
)
"""Problems after which the same form may succeed; others need another sign-in."""


class SignInFlow(GatewayFlow):
    """Sign in the way that the firmware needs and the user chooses.

    Of the Enphase account, password and cookies are kept only until the code was entered or the flow has ended.
    """

    def __init__(self) -> None:
        super().__init__()
        self._account: dict[str, Any] = {}
        """What was entered in the form of the account, without the password."""
        self._method: str | None = None
        """The sign-in method where a repair has offered the choice."""
        self._cloud: CloudSignIn | None = None
        """The sign-in that waits for a code."""

    @callback
    @override
    def async_remove(self) -> None:
        """Drop the password and the cookies, also of a flow that was aborted."""
        self._close_cloud()
        super().async_remove()

    async def _choose_sign_in(self) -> ConfigFlowResult:
        """Continue with the step that fits the firmware (G§2.1)."""
        if not self._known.info.wants_token:
            return await self.async_step_local_account()
        if self._error is not None:
            return await self.async_step_retry_sign_in()
        if self._method == "token":
            return await self.async_step_token()
        return await (self.async_step_sign_in() if self._method is None else self._use_account())

    async def async_step_sign_in(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the menu of sign-in methods."""
        methods = list(_SIGN_IN_METHODS)
        if token_of_other(self.hass, self._known.info.serial) is not None:
            methods.insert(0, "other_integration")
        return self.async_show_menu(step_id="sign_in", menu_options=methods, description_placeholders=self._describe())

    async def async_step_other_integration(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Use the token of another integration that reads this gateway."""
        token = token_of_other(self.hass, self._known.info.serial)
        if token is not None and (result := await self._finish({CONF_TOKEN: token})) is not None:
            return result
        return await self.async_step_retry_sign_in()

    async def async_step_retry_sign_in(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the sign-in methods again together with an error, which a menu cannot show."""
        if user_input is None:
            return self._form("retry_sign_in", _RETRY_SIGN_IN_SCHEMA, None)
        return await (self.async_step_account() if user_input[CONF_METHOD] == "account" else self.async_step_token())

    async def _use_account(self) -> ConfigFlowResult:
        """Continue with the stored account, which leads to the code where one is required; without one, ask for it."""
        stored = self._stored_account()
        if stored is None:
            return await self.async_step_account()
        return await self._sign_in_to_cloud(*stored, remember=True)

    def _stored_account(self) -> tuple[str, str] | None:
        """Return the user name and the password of the Enphase account of the entry to sign in to again."""
        data = self._get_reauth_entry().data
        if not {CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD} <= set(data):
            return None
        return data[CONF_USERNAME], data[CONF_PASSWORD]

    async def async_step_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Get a token from Enphase with the user's account."""
        if user_input is None:
            return self._form("account", _ACCOUNT_SCHEMA, self._account)
        self._account = {key: value for key, value in user_input.items() if key != CONF_PASSWORD}
        return await self._sign_in_to_cloud(
            user_input[CONF_USERNAME].strip(), user_input[CONF_PASSWORD], remember=user_input[CONF_REMEMBER_PASSWORD]
        )

    async def _sign_in_to_cloud(self, username: str, password: str, *, remember: bool) -> ConfigFlowResult:
        """Get a token with the password, or continue with the code."""
        self._close_cloud()
        cloud = self._cloud = async_sign_in_to_cloud(self.hass, username, password, self._known.info.serial)
        try:
            token = await cloud.fetch_token()
        except CloudError as error:
            if error.problem is CloudProblem.MULTI_FACTOR:
                return await self._send_code(cloud)
            return await self._sign_in_differently(error)
        await self._fetch_layout(cloud)
        self._close_cloud()
        remembered = {CONF_USERNAME: username, CONF_PASSWORD: password} if remember else {}
        if (result := await self._finish({CONF_TOKEN: token.text.reveal(), **remembered})) is not None:
            return result
        return self._form("account", _ACCOUNT_SCHEMA, self._account)

    async def async_step_otp(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Get a token from Enphase with the code that was sent to the user; nothing but the token is stored."""
        cloud = self._cloud
        if user_input is None or cloud is None:
            return self._form("otp", _CODE_SCHEMA, None)
        if user_input[CONF_SEND_AGAIN]:
            return await self._send_code(cloud)
        try:
            token = await cloud.fetch_token_with_code(user_input.get(CONF_CODE, ""))
        except CloudError as error:
            return await self._handle_code_error(error)
        await self._fetch_layout(cloud)
        if (result := await self._finish({CONF_TOKEN: token.text.reveal()})) is not None:
            return result
        return self._form("otp", _CODE_SCHEMA, None)

    async def _fetch_layout(self, cloud: CloudSignIn) -> None:
        """Read the layout of the panels while the account is signed in; a failure does not fail the sign-in."""
        await fetched_layouts(self.hass).async_fetch(cloud, self._known.info.serial)

    async def _send_code(self, cloud: CloudSignIn) -> ConfigFlowResult:
        """Have a code sent and ask for it."""
        try:
            await cloud.send_code()
        except CloudError as error:
            return await self._handle_code_error(error)
        return self._form("otp", _CODE_SCHEMA, None)

    async def _handle_code_error(self, error: CloudError) -> ConfigFlowResult:
        """Show the error in the form of the code where another try may succeed, else offer the sign-in methods."""
        if error.problem not in _SAME_CHALLENGE:
            return await self._sign_in_differently(error)
        self._error = error
        return self._form("otp", _CODE_SCHEMA, None)

    async def _sign_in_differently(self, error: CloudError) -> ConfigFlowResult:
        """Offer the sign-in methods again, with an error."""
        self._close_cloud()
        self._error = error
        return await self.async_step_retry_sign_in()

    @callback
    def _close_cloud(self) -> None:
        if self._cloud is not None:
            self._cloud.close()
            self._cloud = None

    async def async_step_token(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a token that the user has created."""
        if user_input is not None:
            try:
                token = Token.parse(user_input[CONF_TOKEN])
            except GatewayError as error:
                self._error = error
            else:
                if (result := await self._finish({CONF_TOKEN: token.text.reveal()})) is not None:
                    return result
        return self._form("token", _TOKEN_SCHEMA, None)

    async def async_step_local_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an account of the gateway itself; a blank password is the default one (G§2.2)."""
        if user_input is not None:
            data = {
                CONF_USERNAME: user_input[CONF_USERNAME].strip(),
                CONF_PASSWORD: user_input.get(CONF_PASSWORD, ""),
            }
            if (result := await self._finish(data)) is not None:
                return result
        entered = {key: value for key, value in (user_input or {}).items() if key != CONF_PASSWORD}
        return self._form("local_account", _LOCAL_ACCOUNT_SCHEMA, entered)
