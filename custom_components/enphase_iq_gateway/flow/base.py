"""Shared parts of the config flow: identify the gateway, sign in to it, store the entry, and show a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST
import probatio

from ..client import Address, AddressError, Certificate, CertificateCheck, GatewayError
from ..client.models import Info
from ..client.site.probe import check_supported
from ..const import CONF_CERTIFICATE, CONF_REPLACED, TOKEN_PAGE
from ..history.replacement import replaced_by
from ..hub.api import async_open_gateway
from ..hub.entry_data import certificate_check_of, certificate_of, credential_of
from ..issues.identity import report_renewed_certificate
from .errors import form_error

TITLE: Final = "IQ Gateway"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A gateway that has been identified."""

    address: Address
    info: Info
    certificate: Certificate | None
    check: CertificateCheck
    """How its certificate is checked, also while signing in."""


class GatewayFlow(ConfigFlow):
    """Shared parts of the config flow; the device at an address is identified without credentials first."""

    def __init__(self) -> None:
        self._found: Found | None = None
        self._error: GatewayError | AddressError | None = None
        """What the next form shows."""
        self._placeholders: dict[str, str] = {}
        self._presented: tuple[str, Certificate] | None = None
        """An address and the certificate there that differs from the known one; pinned when the user accepts it."""

    @property
    def _known(self) -> Found:
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
        check: CertificateCheck | None = None,
    ) -> bool:
        """Identify the device at an address without credentials; on failure keep the error for the form.

        Its certificate must be the one of the entry, or the one that the user has accepted instead; `check` is used
        in place of the option of the entry.
        """
        if check is None:
            check = CertificateCheck.RENEWALS if entry is None else certificate_check_of(entry)
        try:
            address = Address.parse(host)
            gateway = await async_open_gateway(
                self.hass,
                address,
                serial=serial,
                pinned=accepted or (None if entry is None else certificate_of(entry)),
                certificate_check=check,
            )
            async with gateway:
                info = await gateway.identify()
                self._found = Found(address=address, info=info, certificate=gateway.certificate, check=check)
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
                certificate_check=found.check,
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
                report_renewed_certificate(self.hass, entry, certificate)
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
