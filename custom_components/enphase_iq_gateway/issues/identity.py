"""Issues about the device that responds at the address of a gateway: a different gateway, or a different certificate.

The coordinators keep polling. They show no values until the right gateway responds, which also deletes the issues. The
issue of a renewed certificate stays until the user closes it: only they can judge whether it is the gateway's.
"""

from functools import partial
from typing import Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, FlowType, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.issue_registry import IssueSeverity
import probatio

from ..client import (
    Certificate,
    CertificateCheck,
    Gateway,
    GatewayCertificateError,
    GatewayError,
    GatewayWrongDeviceError,
)
from ..const import CONF_CERTIFICATE, CONF_CERTIFICATE_CHECK, DOMAIN
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator, SiteCoordinator
from ..formatting import utc_day
from .fix_flow import FixFlow
from .registry import async_create, async_delete

WRONG_DEVICE: Final = "wrong_device"
OTHER_CERTIFICATE: Final = "other_certificate"
CERTIFICATE_RENEWED: Final = "certificate_renewed"


def report_refused_device(hass: HomeAssistant, entry: ConfigEntry, error: GatewayError) -> None:
    """Raise an issue when something else responds at the address; other errors change nothing."""
    match error:
        case GatewayWrongDeviceError():
            async_create(
                hass,
                entry,
                WRONG_DEVICE,
                severity=IssueSeverity.ERROR,
                placeholders={
                    "host": entry.data[CONF_HOST],
                    "expected": error.expected,
                    "found": error.found,
                },
            )
        case GatewayCertificateError():
            async_create(
                hass,
                entry,
                OTHER_CERTIFICATE,
                # The fix flow pins the certificate that it shows, even if a third one is presented by then.
                data=error.presented.as_dict(),
                severity=IssueSeverity.ERROR,
                placeholders=placeholders_of_both(entry, error.pinned, error.presented),
            )


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Check which device responds to the polls of every coordinator."""
    listener = DeviceListener(hass, entry)
    for coordinator in entry.runtime_data.all_coordinators:
        entry.async_on_unload(coordinator.async_add_listener(partial(listener.update, coordinator)))


class DeviceListener:
    """Check after each reading of each coordinator which device has responded."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._accepted: list[Certificate | None] = []
        """The certificate of the last success, empty after a failure."""

    @callback
    def update(self, coordinator: PollGroupCoordinator | SiteCoordinator) -> None:
        """Raise an issue after a refusal; after a success do something only when the last reading was different."""
        gateway, error = self._entry.runtime_data.gateway, coordinator.error
        if error is not None:
            report_refused_device(self._hass, self._entry, error)
            self._accepted = []
        elif self._accepted != [gateway.certificate]:
            accept_device(self._hass, self._entry, gateway)
            self._accepted = [gateway.certificate]


def accept_device(hass: HomeAssistant, entry: ConfigEntry, gateway: Gateway) -> None:
    """Delete the issues now that the right gateway responds; store its certificate and report one that it renewed."""
    for kind in (WRONG_DEVICE, OTHER_CERTIFICATE):
        async_delete(hass, entry, kind)
    certificate = gateway.certificate
    if certificate is not None:
        report_renewed_certificate(hass, entry, certificate)
        # Home Assistant stores and reloads nothing where the data are the same.
        data = {**entry.data, CONF_CERTIFICATE: certificate.as_dict()}
        hass.config_entries.async_update_entry(entry, data=data)


def report_renewed_certificate(hass: HomeAssistant, entry: ConfigEntry, certificate: Certificate) -> None:
    """Raise an issue when a certificate other than the stored one has been accepted as the gateway's renewed one."""
    if CONF_CERTIFICATE not in entry.data or entry.options.get(CONF_CERTIFICATE_CHECK) == CertificateCheck.OFF:
        return
    stored = Certificate.from_dict(entry.data[CONF_CERTIFICATE])
    if stored == certificate:
        return
    # Diagnostics contain issues that outlast a restart: address and serial are added when the repair is opened.
    placeholders = {**_described("pinned", stored), **_described("presented", certificate)}
    async_create(hass, entry, CERTIFICATE_RENEWED, is_persistent=True, placeholders=placeholders)


class WrongDeviceRepair(FixFlow):
    """Continue with the gateway that has replaced the former one, or keep waiting for the former one."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the choice."""
        return self.show_choice("replaced", "other_device")

    async def async_step_replaced(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Continue with the address of the entry, where the config flow offers the replacement."""
        entry = self.entry
        if entry is None:
            return self.async_abort(reason="not_loaded")
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},
            data={CONF_HOST: entry.data[CONF_HOST]},
        )
        if flow["type"] is FlowResultType.ABORT:
            return self.async_abort(reason="not_loaded")
        return self.async_create_entry(data={}, next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))

    async def async_step_other_device(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Explain what to do; the issue stays until the former gateway responds."""
        return self.async_abort(reason="other_address")


class RenewalRepair(FixFlow):
    """Show both certificates until the user closes the issue."""

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Show the certificates."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Close the issue."""
        entry = self.entry
        if entry is None:
            return self.async_abort(reason="not_loaded")
        if user_input is not None:
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=probatio.Schema({}),
            description_placeholders={**self.placeholders, **_whereabouts(entry)},
        )


class CertificateRepair(ConfirmRepairFlow):
    """Pin the certificate that the issue shows, and set the gateway up again with it."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        if user_input is not None and self.data is not None:
            entry = self.hass.config_entries.async_get_entry(str(self.data["entry_id"]))
            if entry is None:
                return self.async_abort(reason="not_loaded")
            certificate = {name: self.data[name] for name in ("sha256", "not_before", "not_after")}
            self.hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_CERTIFICATE: certificate})
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return await super().async_step_confirm(user_input)


def placeholders_of_both(entry: ConfigEntry, pinned: Certificate, presented: Certificate) -> dict[str, str]:
    """Return the placeholders of a text about the known and another certificate of a gateway."""
    return {**_whereabouts(entry), **_described("pinned", pinned), **_described("presented", presented)}


def _whereabouts(entry: ConfigEntry) -> dict[str, str]:
    """Return the placeholders that identify a gateway."""
    return {"host": entry.data[CONF_HOST], "serial": str(entry.unique_id)}


def _described(name: str, certificate: Certificate) -> dict[str, str]:
    """Return the placeholders that describe a certificate."""
    pairs = zip(certificate.sha256[::2], certificate.sha256[1::2], strict=True)
    return {
        name: ":".join("".join(pair) for pair in pairs).upper(),
        f"{name}_from": utc_day(certificate.not_before),
        f"{name}_to": utc_day(certificate.not_after),
    }
