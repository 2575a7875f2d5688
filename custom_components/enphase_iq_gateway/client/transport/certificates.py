"""Which certificate is accepted: the one pinned at set-up, because the gateway's is self-signed (G§2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, StrEnum, auto
import hashlib
from typing import Final, Self

from cryptography import x509

RENEWED_BEFORE_END_S: Final = (timedelta(days=50).total_seconds(), timedelta(days=75).total_seconds())
"""Least and most time to the end of the pinned certificate at which another one can be its renewal.

The gateway renews about 60 days before the end, 67 in one known case (G§2.7); this is a week more on both sides. At any
other time of the year no certificate passes as a renewal, even one with the gateway's serial, which is no secret.
"""
_CLOCK_TOLERANCE_S: Final = timedelta(days=2).total_seconds()
"""A renewed certificate may begin this long before the old one was last seen: the gateway's clock may be slow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What is stored of a certificate: enough to recognize it and to show it to the user."""

    sha256: str
    """Hash of its DER form, lower case hexadecimal."""
    not_before: int
    """Epoch seconds, like `not_after`."""
    not_after: int
    seen_at: int | None = field(default=None, compare=False)
    """When a connection last presented it; None where that is not known."""

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Return a certificate from its DER form.

        Raises:
            ValueError: it is not a certificate, or not one that can be read.
        """
        try:
            certificate = x509.load_der_x509_certificate(der)
        except x509.InvalidVersion as error:  # not a ValueError; OpenSSL accepts any version
            raise ValueError("a certificate of an unknown version") from error
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
            seen_at=int(stored["seen_at"]) if "seen_at" in stored else None,
        )

    def as_dict(self) -> dict[str, str | int]:
        """Return what is stored of a certificate."""
        seen = {} if self.seen_at is None else {"seen_at": self.seen_at}
        return {"sha256": self.sha256, "not_before": self.not_before, "not_after": self.not_after, **seen}


class CertificateCheck(StrEnum):
    """The user's choice for certificates other than the pinned one."""

    RENEWALS = "renewals"
    """Accept a new one when the pinned one is due for renewal."""
    STRICT = "strict"
    """Accept only the pinned one."""
    OFF = "off"
    """Accept any."""


class Verdict(Enum):
    """The result of checking the certificate of a connection."""

    ACCEPTED = auto()
    """It is the pinned one, the first one, or any one is accepted: it is the pinned one from now on."""
    RENEWED = auto()
    """It seems to be the renewed one: it becomes the pinned one once the device has accepted the token over it."""
    REFUSED = auto()


def judge(pinned: Certificate | None, presented: Certificate, *, now: float, check: CertificateCheck) -> Verdict:
    """Return the verdict on the certificate of a connection; without a pin (at set-up) any is accepted."""
    if pinned is None or pinned.sha256 == presented.sha256:
        return Verdict.ACCEPTED
    if check is CertificateCheck.OFF:
        return Verdict.ACCEPTED
    earliest, latest = RENEWED_BEFORE_END_S
    due = earliest <= pinned.not_after - now <= latest
    valid = presented.not_before <= now <= presented.not_after
    seen_at = pinned.not_before if pinned.seen_at is None else pinned.seen_at
    later = presented.not_before >= seen_at - _CLOCK_TOLERANCE_S
    renewed = check is CertificateCheck.RENEWALS and due and valid and later
    return Verdict.RENEWED if renewed else Verdict.REFUSED
