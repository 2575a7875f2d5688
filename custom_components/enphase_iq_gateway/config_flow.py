"""Set up a gateway, sign in to it again, or change its address: all through the same few steps.

The device at an address is identified without credentials first. They are sent only to the expected gateway.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, FlowType
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.selector import BooleanSelector, TextSelector
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
import probatio

from .client import GatewayAuthenticationError, GatewayCertificateError, GatewayWrongDeviceError
from .client.identifiers import is_serial
from .const import CONF_METHOD, DOMAIN
from .flow.discovery import async_has_left, may_follow, store_mac, stored_mac
from .flow.options import GatewayOptionsFlow, async_offer_step
from .flow.sign_in import SignInFlow
from .hub.entry_data import certificate_check_of, certificate_of, discovery_check_of
from .issues.identity import placeholders_of_both

_CREDENTIALS: Final = (CONF_TOKEN, CONF_USERNAME, CONF_PASSWORD)
CONF_SIGN_IN_AGAIN: Final = "sign_in_again"
_HOST_SCHEMA: Final = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})
_RECONFIGURE_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_HOST): TextSelector(),
        probatio.Required(CONF_SIGN_IN_AGAIN, default=False): BooleanSelector(),
    }
)


class GatewayConfigFlow(SignInFlow, domain=DOMAIN):
    """Find the gateway, make sure that it is the right one, sign in, and store the entry."""

    VERSION = 1

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
        return self._form("user", _HOST_SCHEMA, user_input)

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
        check = None if entry is None else discovery_check_of(entry)
        if not await self._identify(host, serial=serial, entry=entry, check=check):
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
        """Store a new MAC address if the gateway itself responds at the address that was leased to it.

        The first one stays where there is no certificate: the gateway is followed by it (`may_follow`).
        """
        stored = stored_mac(self.hass, entry)
        known = stored == format_mac(mac) or (stored is not None and certificate_of(entry) is None)
        check = discovery_check_of(entry)
        if not known and await self._identify(host, serial=entry.unique_id, entry=entry, check=check):
            store_mac(self.hass, entry, mac)

    def _entry_of(self, serial: str) -> ConfigEntry | None:
        """Return the entry of a gateway, None where there is none or only an ignored one."""
        entries = self._async_current_entries(include_ignore=False)
        return next((entry for entry in entries if entry.unique_id == serial), None)

    # Sign in again, change the address

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start to sign in again, with the method that a repair has offered."""
        entry = self._get_reauth_entry()
        # The same name as a discovered gateway has in the list of flows.
        self.context["title_placeholders"] = {"serial": str(entry.unique_id), "host": entry.data[CONF_HOST]}
        self._method = entry_data.get(CONF_METHOD)
        return await self.async_step_reauth_confirm(None if self._method is None else {})

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Explain why, then continue with the step that fits the present firmware."""
        entry = self._get_reauth_entry()
        if user_input is not None and await self._identify(entry.data[CONF_HOST], serial=entry.unique_id, entry=entry):
            return await self._choose_sign_in()
        self._placeholders |= {"host": entry.data[CONF_HOST], "serial": str(entry.unique_id)}
        return self._form("reauth_confirm", probatio.Schema({}), None)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another address; on request, or if the gateway rejects the stored ones, for other credentials too."""
        entry = self._get_reconfigure_entry()
        if user_input is not None and await self._identify(user_input[CONF_HOST], serial=entry.unique_id, entry=entry):
            if user_input.get(CONF_SIGN_IN_AGAIN):
                return await self._choose_sign_in()
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
        return self._form("reconfigure", _RECONFIGURE_SCHEMA, user_input or {CONF_HOST: entry.data[CONF_HOST]})

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
        if await self._identify(host, serial=serial, check=certificate_check_of(self._get_reconfigure_entry())):
            return await self._choose_sign_in()
        return self._form("reconfigure", _RECONFIGURE_SCHEMA, {CONF_HOST: host})

    async def async_step_other_certificate(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the known certificate and the one at the address, and accept the one that was shown."""
        if user_input is None or self._presented is None:
            return self._form("other_certificate", probatio.Schema({}), None)
        entry, (host, accepted) = self._get_reconfigure_entry(), self._presented
        if await self._identify(host, serial=entry.unique_id, entry=entry, accepted=accepted):
            return await self._reconfigured(host)
        return self._form("reconfigure", _RECONFIGURE_SCHEMA, {CONF_HOST: host})

    async def _reconfigured(self, host: str) -> ConfigFlowResult:
        """Sign in at a new address with the stored credentials; ask for others if the gateway rejects them."""
        entry = self._get_reconfigure_entry()
        stored = {key: entry.data[key] for key in _CREDENTIALS if key in entry.data}
        if (result := await self._finish(stored)) is not None:
            return result
        if isinstance(self._error, GatewayAuthenticationError):
            return await self._choose_sign_in()
        return self._form("reconfigure", _RECONFIGURE_SCHEMA, {CONF_HOST: host})
