"""Certificates that are accepted."""

from contextlib import suppress
from dataclasses import replace
import hashlib
import random

import pytest

from custom_components.enphase_iq_gateway.client.transport.certificates import (
    Certificate,
    CertificateCheck,
    Verdict,
    judge,
)
from tests.support.device import DAY, NOW, make_identity

PINNED = Certificate(sha256="aa", not_before=NOW - 300 * DAY, not_after=NOW + 65 * DAY, seen_at=NOW - 2 * DAY)
NEW = Certificate(sha256="bb", not_before=NOW - DAY, not_after=NOW + 364 * DAY)


def test_a_certificate_is_known_by_its_digest_and_its_dates() -> None:
    identity = make_identity(NOW - DAY, NOW + DAY)

    assert (identity.certificate.not_before, identity.certificate.not_after) == (NOW - DAY, NOW + DAY)
    assert len(bytes.fromhex(identity.certificate.sha256)) == hashlib.sha256().digest_size


def test_bytes_that_are_no_certificate_are_a_value_error() -> None:
    """The connection turns it into its own error."""
    with pytest.raises(ValueError, match="asn1"):
        Certificate.from_der(b"no certificate")


@pytest.mark.parametrize("version", [3, 4, 127, 128, 255])
def test_a_certificate_of_another_version_is_a_value_error(version: int) -> None:
    """OpenSSL accepts every version, but `cryptography` raises an error of its own for some."""
    der = make_identity().der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01" + bytes([version]), 1)

    with pytest.raises(ValueError, match=r"version|error parsing"):
        Certificate.from_der(der)


def test_a_spoiled_certificate_is_read_or_a_value_error() -> None:
    chance = random.Random(5)  # noqa: S311 - the same certificates each time, no secrets
    der, read = make_identity().der, 0
    for _ in range(3000):
        spoiled = bytearray(der)
        for _ in range(chance.randint(1, 3)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        with suppress(ValueError):
            read += bool(Certificate.from_der(bytes(spoiled)))

    assert 0 < read < 3000


@pytest.mark.parametrize("seen_at", [None, NOW])
def test_a_stored_certificate_is_read_again(seen_at: int | None) -> None:
    stored = replace(PINNED, seen_at=seen_at)

    read = Certificate.from_dict(stored.as_dict())

    assert (read, read.seen_at) == (stored, seen_at)


@pytest.mark.parametrize("check", CertificateCheck)
def test_the_first_certificate_is_accepted(check: CertificateCheck) -> None:
    """There is no alternative: the gateway signs its own."""
    assert judge(None, NEW, now=NOW, check=check) is Verdict.ACCEPTED


@pytest.mark.parametrize("check", CertificateCheck)
def test_the_pinned_certificate_is_accepted_even_after_its_end(check: CertificateCheck) -> None:
    """The key is what counts; a gateway that cannot renew its certificate must not be lost."""
    assert judge(PINNED, PINNED, now=PINNED.not_after + DAY, check=check) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("check", "days_left", "verdict"),
    [
        (CertificateCheck.RENEWALS, 76, Verdict.REFUSED),
        (CertificateCheck.RENEWALS, 75, Verdict.RENEWED),
        (CertificateCheck.RENEWALS, 50, Verdict.RENEWED),
        (CertificateCheck.RENEWALS, 49, Verdict.REFUSED),
        (CertificateCheck.RENEWALS, -30, Verdict.REFUSED),
        (CertificateCheck.STRICT, 60, Verdict.REFUSED),
        (CertificateCheck.OFF, 300, Verdict.ACCEPTED),
    ],
)
def test_another_certificate_is_accepted_when_the_gateway_renews_its_own(
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


@pytest.mark.parametrize(
    ("seen_at", "not_before", "verdict"),
    [
        (NOW - 10 * DAY, NOW - 9 * DAY, Verdict.RENEWED),
        (NOW - 10 * DAY, NOW - 12 * DAY, Verdict.RENEWED),  # the clocks may differ
        (NOW - 10 * DAY, NOW - 13 * DAY, Verdict.REFUSED),
        (None, NOW - 200 * DAY, Verdict.RENEWED),
        (None, NOW - 303 * DAY, Verdict.REFUSED),
    ],
)
def test_a_renewal_begins_after_the_old_certificate_was_last_seen(
    seen_at: int | None, not_before: int, verdict: Verdict
) -> None:
    """The gateway uses one certificate at a time."""
    pinned = replace(PINNED, seen_at=seen_at)
    presented = Certificate(sha256="bb", not_before=not_before, not_after=NOW + 300 * DAY)

    assert judge(pinned, presented, now=NOW, check=CertificateCheck.RENEWALS) is verdict
