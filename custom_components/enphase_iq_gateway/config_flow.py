"""Set up a gateway, sign in to it again, or change its address: all through the same few steps.

The device at an address is identified without credentials first. They are sent only to the expected gateway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    FlowType,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import probatio

from .client import (
    Address,
    AddressError,
    Certificate,
    CertificateCheck,
    CloudError,
    GatewayAuthenticationError,
    GatewayCertificateError,
    GatewayError,
    GatewayWrongDeviceError,
    Info,
    Token,
    check_supported,
    is_serial,
)
from .const import CONF_CERTIFICATE, CONF_METHOD, CONF_REMEMBER_PASSWORD, CONF_REPLACED, DOMAIN, TOKEN_PAGE
from .flow.discovery import async_has_left, may_follow, store_mac, stored_mac
from .flow.errors import form_error
from .flow.forms import (
    ACCOUNT_SCHEMA,
    HOST_SCHEMA,
    LOCAL_ACCOUNT_SCHEMA,
    RETRY_SIGN_IN_SCHEMA,
    SIGN_IN_METHODS,
    TOKEN_SCHEMA,
)
from .flow.options import GatewayOptionsFlow, async_offer_step
from .history.replacement import replaced_by
from .history.takeover.other_entry import token_of_other
from .hub.api import async_fetch_token, async_open_gateway, certificate_check_of, certificate_of, credential_of
from .issues.identity import note_renewal, placeholders_of_both

TITLE: Final = "IQ Gateway"
_CREDENTIALS: Final = (CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A gateway that has been identified."""

    address: Address
    info: Info
    certificate: Certificate | None


class GatewayConfigFlow(ConfigFlow, domain=DOMAIN):
    """Find the gateway, make sure that it is the right one, sign in, and store the entry."""

    VERSION = 1

    def __init__(self) -> None:
        self._found: _Found | None = None
        self._error: GatewayError | AddressError | None = None
        """What the next form shows."""
        self._account: dict[str, Any] = {}
        """What was entered in the form of the account, without the password."""
        self._placeholders: dict[str, str] = {}
        self._presented: tuple[str, Certificate] | None = None
        """An address and the certificate there that differs from the known one; pinned when the user accepts it."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> GatewayOptionsFlow:
        """Return the options flow of a gateway."""
        return GatewayOptionsFlow()

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Continue with a takeover where another integration reads the gateway, else with the Energy dashboard."""
        if flow_id := await async_offer_step(self.hass, result["result"]):
            result["next_flow"] = (FlowType.OPTIONS_FLOW, flow_id)
        return result

    # Find the gateway

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address of the gateway."""
        if user_input is not None and await self._identify(user_input[CONF_HOST]):
            await self.async_set_unique_id(self._known.info.serial, raise_on_progress=False)
            self._abort_if_unique_id_configured()
            return await self._choose_sign_in()
        return self._form("user", HOST_SCHEMA, user_input)

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Handle a gateway that announces itself; the announced port is not used (G§12)."""
        serial = discovery_info.properties.get("serialnum") or None
        if serial is not None and not is_serial(serial):
            return self.async_abort(reason="cannot_connect")
        return await self._discovered(str(discovery_info.ip_address), serial=serial)

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Handle a device whose MAC address belongs to Enphase, if it identifies itself as a gateway (G§12)."""
        for entry in self._async_current_entries(include_ignore=False):
            if entry.data[CONF_HOST] == discovery_info.ip:
                await self._check_mac(entry, discovery_info.ip, discovery_info.macaddress)
                return self.async_abort(reason="already_configured")
        return await self._discovered(discovery_info.ip, mac=discovery_info.macaddress)

    async def _discovered(self, host: str, *, serial: str | None = None, mac: str | None = None) -> ConfigFlowResult:
        """Continue with an address that the network reported."""
        if ip_address(host).is_link_local:
            # The gateway's own access point, or an address that is useless without its interface.
            return self.async_abort(reason="link_local")
        if serial is None:
            if not await self._identify(host):
                return self.async_abort(reason="cannot_connect")
            serial = self._known.info.serial
        await self.async_set_unique_id(serial)
        entry = self._entry_of(serial)
        if entry is not None and not may_follow(self.hass, entry, mac):
            self._abort_if_unique_id_configured()
        if entry is not None and mac is not None and stored_mac(self.hass, entry) is None:
            await self._check_mac(entry, host, mac)
        if entry is None or entry.data[CONF_HOST] == host or not await async_has_left(self.hass, entry):
            self._abort_if_unique_id_configured()
        if not await self._identify(host, serial=serial, entry=entry):
            return self.async_abort(reason="cannot_connect")
        if entry is not None:
            if mac is not None:
                store_mac(self.hass, entry, mac)
            return self.async_update_reload_and_abort(
                entry, data_updates={CONF_HOST: host}, reason="already_configured"
            )
        self.context["title_placeholders"] = {"serial": serial, "host": host}
        return await self._choose_sign_in()

    async def _check_mac(self, entry: ConfigEntry, host: str, mac: str) -> None:
        """Store a new MAC address if the gateway itself responds at the address that was leased to it."""
        known = stored_mac(self.hass, entry) == format_mac(mac)
        if not known and await self._identify(host, serial=entry.unique_id, entry=entry):
            store_mac(self.hass, entry, mac)

    def _entry_of(self, serial: str) -> ConfigEntry | None:
        """Return the entry of a gateway, None where there is none or only an ignored one."""
        entries = self._async_current_entries(include_ignore=False)
        return next((entry for entry in entries if entry.unique_id == serial), None)

    # Sign in

    async def _choose_sign_in(self) -> ConfigFlowResult:
        """Continue with the step that fits the firmware (G§2.1)."""
        if not self._known.info.wants_token:
            return await self.async_step_local_account()
        return await (self.async_step_sign_in() if self._error is None else self.async_step_retry_sign_in())

    async def async_step_sign_in(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the menu of sign-in methods."""
        methods = list(SIGN_IN_METHODS)
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
            return self._form("retry_sign_in", RETRY_SIGN_IN_SCHEMA, None)
        return await (self.async_step_account() if user_input[CONF_METHOD] == "account" else self.async_step_token())

    async def async_step_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Get a token from Enphase with the user's account."""
        if user_input is not None:
            username, password = user_input[CONF_USERNAME].strip(), user_input[CONF_PASSWORD]
            self._account = {key: value for key, value in user_input.items() if key != CONF_PASSWORD}
            try:
                token = await async_fetch_token(self.hass, username, password, self._known.info.serial)
            except CloudError as error:
                self._error = error
                return await self.async_step_retry_sign_in()
            remembered = {CONF_USERNAME: username, CONF_PASSWORD: password}
            data = {
                CONF_TOKEN: token.text.reveal(),
                **(remembered if user_input[CONF_REMEMBER_PASSWORD] else {}),
            }
            if (result := await self._finish(data)) is not None:
                return result
        return self._form("account", ACCOUNT_SCHEMA, self._account)

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
        return self._form("token", TOKEN_SCHEMA, None)

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
        return self._form("local_account", LOCAL_ACCOUNT_SCHEMA, entered)

    # Sign in again, change the address

    async def async_step_reauth(self, _: Mapping[str, Any]) -> ConfigFlowResult:
        """Start to sign in again."""
        entry = self._get_reauth_entry()
        # The same name as a discovered gateway has in the list of flows.
        self.context["title_placeholders"] = {"serial": str(entry.unique_id), "host": entry.data[CONF_HOST]}
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Explain why, then continue with the step that fits the present firmware."""
        entry = self._get_reauth_entry()
        if user_input is not None and await self._identify(entry.data[CONF_HOST], serial=entry.unique_id, entry=entry):
            return await self._choose_sign_in()
        self._placeholders |= {"host": entry.data[CONF_HOST], "serial": str(entry.unique_id)}
        return self._form("reauth_confirm", probatio.Schema({}), None)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another address, and for other credentials only if the gateway rejects the stored ones."""
        entry = self._get_reconfigure_entry()
        if user_input is not None and await self._identify(user_input[CONF_HOST], serial=entry.unique_id, entry=entry):
            return await self._reconfigured(user_input[CONF_HOST])
        if user_input is not None and isinstance(self._error, GatewayCertificateError):
            pinned, presented = self._error.pinned, self._error.presented
            self._presented, self._error = (user_input[CONF_HOST], presented), None
            self._placeholders |= placeholders_of_both(entry, pinned, presented) | {"host": user_input[CONF_HOST]}
            return await self.async_step_other_certificate()
        if user_input is not None and isinstance(self._error, GatewayWrongDeviceError):
            self._placeholders |= {"expected": self._error.expected, "found": self._error.found}
            self._placeholders["host"], self._error = user_input[CONF_HOST], None
            return await self.async_step_another_gateway()
        return self._form("reconfigure", HOST_SCHEMA, user_input or {CONF_HOST: entry.data[CONF_HOST]})

    async def async_step_another_gateway(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the gateway at the address replaces that of the entry."""
        return self.async_show_menu(
            step_id="another_gateway",
            menu_options=["replace_gateway", "reconfigure"],
            description_placeholders=self._describe(),
        )

    async def async_step_replace_gateway(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Continue with the gateway that was shown as replacement of the entry's one."""
        host, serial = self._placeholders["host"], self._placeholders["found"]
        if self._entry_of(serial) is not None:
            return self.async_abort(reason="already_configured")
        if await self._identify(host, serial=serial):
            return await self._choose_sign_in()
        return self._form("reconfigure", HOST_SCHEMA, {CONF_HOST: host})

    async def async_step_other_certificate(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the known certificate and the one at the address, and accept the one that was shown."""
        if user_input is None or self._presented is None:
            return self._form("other_certificate", probatio.Schema({}), None)
        entry, (host, accepted) = self._get_reconfigure_entry(), self._presented
        if await self._identify(host, serial=entry.unique_id, entry=entry, accepted=accepted):
            return await self._reconfigured(host)
        return self._form("reconfigure", HOST_SCHEMA, {CONF_HOST: host})

    async def _reconfigured(self, host: str) -> ConfigFlowResult:
        """Sign in at a new address with the stored credentials; ask for others if the gateway rejects them."""
        entry = self._get_reconfigure_entry()
        stored = {key: entry.data[key] for key in _CREDENTIALS if key in entry.data}
        if (result := await self._finish(stored)) is not None:
            return result
        if isinstance(self._error, GatewayAuthenticationError):
            return await self._choose_sign_in()
        return self._form("reconfigure", HOST_SCHEMA, {CONF_HOST: host})

    # Shared by all steps

    @property
    def _known(self) -> _Found:
        """The gateway that was identified."""
        if self._found is None:
            raise RuntimeError("no gateway has been identified yet")
        return self._found

    async def _identify(
        self,
        host: str,
        *,
        serial: str | None = None,
        entry: ConfigEntry | None = None,
        accepted: Certificate | None = None,
    ) -> bool:
        """Identify the device at an address without credentials; on failure keep the error for the form.

        Its certificate must be the one of the entry, or the one that the user has accepted instead.
        """
        try:
            address = Address.parse(host)
            gateway = await async_open_gateway(
                self.hass,
                address,
                serial=serial,
                pinned=accepted or (None if entry is None else certificate_of(entry)),
                certificate_check=CertificateCheck.RENEWALS if entry is None else certificate_check_of(entry),
            )
            async with gateway:
                info = await gateway.identify()
                self._found = _Found(address=address, info=info, certificate=gateway.certificate)
        except (AddressError, GatewayError) as error:
            self._error = error
            return False
        return True

    async def _finish(self, data: dict[str, Any]) -> ConfigFlowResult | None:
        """Sign in, make sure that there is something to read, and store the entry; on failure keep the error."""
        found = self._known
        try:
            gateway = await async_open_gateway(
                self.hass,
                found.address,
                serial=found.info.serial,
                credential=credential_of(data),
                pinned=found.certificate,
            )
            async with gateway:
                await gateway.check_sign_in()
                await check_supported(gateway, found.info)
                certificate = gateway.certificate
        except GatewayError as error:
            self._error = error
            return None
        data = {CONF_HOST: str(found.address), **data}
        if certificate is not None:
            data[CONF_CERTIFICATE] = certificate.as_dict()
        if self.source in {SOURCE_REAUTH, SOURCE_RECONFIGURE}:
            entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
            serial = found.info.serial
            if replaced := replaced_by(entry, serial):
                data[CONF_REPLACED] = replaced
            if certificate is not None and self._presented is None and serial == entry.unique_id:
                note_renewal(self.hass, entry, certificate)
            return self.async_update_reload_and_abort(entry, unique_id=serial, data=data)
        # Home Assistant logs titles: no serial in them, because its end is the password of old firmware.
        taken = {entry.title for entry in self._async_current_entries()}
        title = TITLE if TITLE not in taken else f"{TITLE} {found.address}"
        return self.async_create_entry(title=title, data=data)

    def _describe(self) -> dict[str, str]:
        """Return the placeholders that every text may use."""
        found = self._found
        known = {} if found is None else {"host": str(found.address), "serial": found.info.serial}
        return {"token_page": TOKEN_PAGE, **known, **self._placeholders}

    def _form(self, step_id: str, schema: probatio.Schema, values: Mapping[str, Any] | None) -> ConfigFlowResult:
        """Show a step with what was entered before and with what was wrong."""
        errors: dict[str, str] = {}
        if self._error is not None:
            errors["base"], placeholders = form_error(self._error)
            self._placeholders |= placeholders
            self._error = None
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders=self._describe(),
        )
