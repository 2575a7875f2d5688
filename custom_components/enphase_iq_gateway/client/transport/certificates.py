"""Which certificate is accepted: the one pinned at set-up, because the gateway's is self-signed (G§2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum, auto
import hashlib
from typing import Final, Self

from cryptography import x509

RENEWAL_WINDOW_S: Final = timedelta(days=75).total_seconds()
"""The gateway renews about 60 days before the end, 67 in one known case (G§2.7): 75 leave another week."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What is stored of a certificate: enough to recognize it and to show it to the user."""

    sha256: str
    """Hash of its DER form, lower case hexadecimal."""
    not_before: int
    """Epoch seconds, like `not_after`."""
    not_after: int

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Return a certificate from its DER form.

        Raises: ValueError when it is not a certificate.
        """
        certificate = x509.load_der_x509_certificate(der)
        return cls(
            sha256=hashlib.sha256(der).hexdigest(),
            not_before=int(certificate.not_valid_before_utc.timestamp()),
            not_after=int(certificate.not_valid_after_utc.timestamp()),
        )

    @classmethod
    def from_dict(cls, stored: Mapping[str, str | int]) -> Self:
        """Return the certificate that `as_dict` has stored."""
        return cls(
            sha256=str(stored["sha256"]),
            not_before=int(stored["not_before"]),
            not_after=int(stored["not_after"]),
        )

    def as_dict(self) -> dict[str, str | int]:
        """Return what is stored of a certificate."""
        return {"sha256": self.sha256, "not_before": self.not_before, "not_after": self.not_after}


class CertificateCheck(StrEnum):
    """The user's choice for certificates other than the pinned one."""

    RENEWALS = "renewals"
    """Accept a new one when the pinned one is near its end."""
    STRICT = "strict"
    """Accept only the pinned one."""
    OFF = "off"
    """Accept any."""


class Verdict(Enum):
    """The result of checking the certificate of a connection."""

    ACCEPTED = auto()
    """It is the pinned one, or the first one."""
    RENEWED = auto()
    """It is another one and accepted: it becomes the pinned one."""
    REFUSED = auto()


def judge(pinned: Certificate | None, presented: Certificate, *, now: float, check: CertificateCheck) -> Verdict:
    """Return the verdict on the certificate of a connection; without a pin (at set-up) any is accepted."""
    if pinned is None or pinned.sha256 == presented.sha256:
        return Verdict.ACCEPTED
    if check is CertificateCheck.OFF:
        return Verdict.RENEWED
    due = pinned.not_after - now <= RENEWAL_WINDOW_S
    valid = presented.not_before <= now <= presented.not_after
    return Verdict.RENEWED if check is CertificateCheck.RENEWALS and due and valid else Verdict.REFUSED
