"""Which certificate is believed: pinned at set-up, since the gateway signs its own (DESIGN §4, G§2.7)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum, auto
import hashlib
from typing import Final, Self

from cryptography import x509

RENEWAL_WINDOW_S: Final = timedelta(days=75).total_seconds()
"""The gateway renews about 60 days before the end, 67 in one known case (G§2.7): 75 leaves it another week."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What is remembered of a certificate: enough to know it again and to show it to a person."""

    sha256: str
    """Of its DER form, lower case hexadecimal."""
    not_before: int
    """Epoch seconds, as `not_after`."""
    not_after: int

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Read a certificate as it came over the wire.

        Raises: ValueError when it is none.
        """
        certificate = x509.load_der_x509_certificate(der)
        return cls(
            sha256=hashlib.sha256(der).hexdigest(),
            not_before=int(certificate.not_valid_before_utc.timestamp()),
            not_after=int(certificate.not_valid_after_utc.timestamp()),
        )


class CertificateCheck(StrEnum):
    """What a person wants of a certificate that is not the pinned one."""

    RENEWALS = "renewals"
    """Believe a new one when the pinned one is near its end."""
    STRICT = "strict"
    """Believe none but the pinned one."""
    OFF = "off"
    """Believe any."""


class Verdict(Enum):
    """What to do about the certificate that a connection shows."""

    ACCEPTED = auto()
    """It is the pinned one, or the first one."""
    RENEWED = auto()
    """It is another one and believed: from now on it is the pinned one."""
    REFUSED = auto()


def judge(pinned: Certificate | None, presented: Certificate, *, now: float, check: CertificateCheck) -> Verdict:
    """Decide on the certificate that a connection shows; without a pin (set-up) it is taken as it is."""
    if pinned is None or pinned.sha256 == presented.sha256:
        return Verdict.ACCEPTED
    if check is CertificateCheck.OFF:
        return Verdict.RENEWED
    due = pinned.not_after - now <= RENEWAL_WINDOW_S
    valid = presented.not_before <= now <= presented.not_after
    return Verdict.RENEWED if check is CertificateCheck.RENEWALS and due and valid else Verdict.REFUSED
