"""Certificates that are accepted."""

import hashlib

import pytest

from custom_components.enphase_iq_gateway.client.transport.certificates import (
    Certificate,
    CertificateCheck,
    Verdict,
    judge,
)
from tests.support.device import DAY, NOW, make_identity

PINNED = Certificate(sha256="aa", not_before=NOW - 300 * DAY, not_after=NOW + 65 * DAY)
NEW = Certificate(sha256="bb", not_before=NOW - DAY, not_after=NOW + 364 * DAY)


def test_a_certificate_is_known_by_its_digest_and_its_dates() -> None:
    identity = make_identity(NOW - DAY, NOW + DAY)

    assert (identity.certificate.not_before, identity.certificate.not_after) == (NOW - DAY, NOW + DAY)
    assert len(bytes.fromhex(identity.certificate.sha256)) == hashlib.sha256().digest_size


def test_what_is_no_certificate_is_a_value_error() -> None:
    """The connection turns it into its own error."""
    with pytest.raises(ValueError, match="asn1"):
        Certificate.from_der(b"no certificate")


@pytest.mark.parametrize("check", CertificateCheck)
def test_the_first_certificate_is_taken_as_it_is(check: CertificateCheck) -> None:
    """There is no alternative: the gateway signs its own."""
    assert judge(None, NEW, now=NOW, check=check) is Verdict.ACCEPTED


@pytest.mark.parametrize("check", CertificateCheck)
def test_the_pinned_certificate_is_believed_even_after_its_end(check: CertificateCheck) -> None:
    """The key is what counts; a gateway that cannot renew its certificate must not be lost."""
    assert judge(PINNED, PINNED, now=PINNED.not_after + DAY, check=check) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("check", "days_left", "verdict"),
    [
        (CertificateCheck.RENEWALS, 76, Verdict.REFUSED),
        (CertificateCheck.RENEWALS, 75, Verdict.RENEWED),
        (CertificateCheck.RENEWALS, 1, Verdict.RENEWED),
        (CertificateCheck.RENEWALS, -30, Verdict.RENEWED),
        (CertificateCheck.STRICT, 1, Verdict.REFUSED),
        (CertificateCheck.OFF, 300, Verdict.RENEWED),
    ],
)
def test_another_certificate_is_believed_near_the_end_of_the_pinned_one(
    check: CertificateCheck, days_left: int, verdict: Verdict
) -> None:
    pinned = Certificate(sha256="aa", not_before=0, not_after=NOW + days_left * DAY)

    assert judge(pinned, NEW, now=NOW, check=check) is verdict


@pytest.mark.parametrize(
    ("not_before", "not_after"), [(NOW + DAY, NOW + 365 * DAY), (NOW - 365 * DAY, NOW - DAY)], ids=["future", "past"]
)
def test_a_renewal_is_valid_now(not_before: int, not_after: int) -> None:
    """The gateway cannot have just made one that is not."""
    presented = Certificate(sha256="bb", not_before=not_before, not_after=not_after)

    assert judge(PINNED, presented, now=NOW, check=CertificateCheck.RENEWALS) is Verdict.REFUSED
