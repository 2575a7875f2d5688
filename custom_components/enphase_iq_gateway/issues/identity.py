"""When something else answers at the gateway's address: a repair that says what, gone when the right one is back.

The coordinators do not stop their clocks: they go on asking who is there, and show nothing before it is the right one.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..client import Certificate, Gateway, GatewayCertificateError, GatewayError, GatewayWrongDeviceError
from ..const import CONF_CERTIFICATE, DOMAIN
from ..coordinator import GatewayConfigEntry, PollGroupCoordinator, SiteCoordinator
from ..hub.api import certificate_data, certificate_of

WRONG_DEVICE: Final = "wrong_device"
OTHER_CERTIFICATE: Final = "other_certificate"


def issue_id(kind: str, entry: ConfigEntry) -> str:
    """Name the repair of one kind for one gateway."""
    return f"{kind}_{entry.entry_id}"


def note_refusal(hass: HomeAssistant, entry: ConfigEntry, error: GatewayError) -> None:
    """Tell the person who answers instead of the gateway; an outage says nothing about that, and changes nothing."""
    match error:
        case GatewayWrongDeviceError():
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id(WRONG_DEVICE, entry),
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key=WRONG_DEVICE,
                translation_placeholders={
                    "host": entry.data[CONF_HOST],
                    "expected": error.expected,
                    "found": error.found,
                },
            )
        case GatewayCertificateError():
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id(OTHER_CERTIFICATE, entry),
                # What a person accepts is what he was shown, even if a third one is there by then.
                data={"kind": OTHER_CERTIFICATE, "entry_id": entry.entry_id, **certificate_data(error.presented)},
                is_fixable=True,
                severity=ir.IssueSeverity.ERROR,
                translation_key=OTHER_CERTIFICATE,
                translation_placeholders={
                    "host": entry.data[CONF_HOST],
                    "serial": str(entry.unique_id),
                    **_words("pinned", error.pinned),
                    **_words("presented", error.presented),
                },
            )


@callback
def async_setup(hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
    """Follow who answers the polls of every coordinator."""
    watch = TrustWatch(hass, entry)
    for coordinator in entry.runtime_data.all_coordinators:
        entry.async_on_unload(coordinator.async_add_listener(partial(watch.update, coordinator)))


class TrustWatch:
    """Looks at each reading of each coordinator for who has answered."""

    def __init__(self, hass: HomeAssistant, entry: GatewayConfigEntry) -> None:
        """Take the gateway that is set up."""
        self._hass = hass
        self._entry = entry
        self._noted: list[Certificate | None] = []
        """With which certificate all was well, none while that is still to be noted."""

    @callback
    def update(self, coordinator: PollGroupCoordinator | SiteCoordinator) -> None:
        """Note a refusal, or that all is well; what is well still is not noted again at each reading."""
        gateway, error = self._entry.runtime_data.gateway, coordinator.error
        if error is not None:
            note_refusal(self._hass, self._entry, error)
            self._noted = []
        elif self._noted != [gateway.certificate]:
            note_trust(self._hass, self._entry, gateway)
            self._noted = [gateway.certificate]


def note_trust(hass: HomeAssistant, entry: ConfigEntry, gateway: Gateway) -> None:
    """The right gateway answers: nothing to repair any more; the certificate it has renewed is the pinned one now."""
    for kind in (WRONG_DEVICE, OTHER_CERTIFICATE):
        ir.async_delete_issue(hass, DOMAIN, issue_id(kind, entry))
    certificate = gateway.certificate
    if certificate is not None and certificate != certificate_of(entry):
        data = {**entry.data, CONF_CERTIFICATE: certificate_data(certificate)}
        hass.config_entries.async_update_entry(entry, data=data)


def clear_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take every repair of this gateway away, whoever made it."""
    for domain, issue in list(ir.async_get(hass).issues):
        if domain == DOMAIN and entry.entry_id in issue:
            ir.async_delete_issue(hass, DOMAIN, issue)


def _words(name: str, certificate: Certificate) -> dict[str, str]:
    """What a repair says of a certificate."""
    pairs = zip(certificate.sha256[::2], certificate.sha256[1::2], strict=True)
    return {
        name: ":".join("".join(pair) for pair in pairs).upper(),
        f"{name}_from": _day(certificate.not_before),
        f"{name}_to": _day(certificate.not_after),
    }


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
