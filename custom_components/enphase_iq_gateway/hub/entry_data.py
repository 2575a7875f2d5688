"""What the data and options of a config entry contain, as types of the client."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME

from ..client import Account, Certificate, CertificateCheck, Token
from ..client.auth.secret import Secret
from ..const import CONF_CERTIFICATE, CONF_CERTIFICATE_CHECK


def credential_of(data: Mapping[str, str]) -> Token | Account:
    """Return the credentials in the data of an entry.

    Raises:
        TokenError: the stored token is not a token.
    """
    if CONF_TOKEN in data:
        return Token.parse(data[CONF_TOKEN])
    return Account(username=data[CONF_USERNAME], password=Secret(data.get(CONF_PASSWORD, "")))


def certificate_of(entry: ConfigEntry) -> Certificate | None:
    """Return the pinned certificate of an entry; there is none below firmware 7."""
    stored = entry.data.get(CONF_CERTIFICATE)
    return None if stored is None else Certificate.from_dict(stored)


def certificate_check_of(entry: ConfigEntry) -> CertificateCheck:
    """Return how strictly the user wants the certificate to be checked."""
    return CertificateCheck(entry.options.get(CONF_CERTIFICATE_CHECK, CertificateCheck.RENEWALS))


def discovery_check_of(entry: ConfigEntry) -> CertificateCheck:
    """Return how the certificate of a discovered device is checked: without its token, a renewed one proves nothing."""
    chosen = certificate_check_of(entry)
    return chosen if chosen is CertificateCheck.OFF else CertificateCheck.STRICT
