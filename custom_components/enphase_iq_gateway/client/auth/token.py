"""The token that firmware 7 and later require. Its signature is not checked: only the gateway can do that (G§2.4)."""

import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

import jwt

from ..exceptions import GatewayAuthenticationError
from ..identifiers import is_serial
from .secret import Secret

RENEWAL_PART: Final = 0.1
"""A token is renewed when less than this part of its life is left: 36 days of an owner's year, 72 minutes of an
installer's 12 h, so that a short token does not cause a request to the cloud at every start (G§2.4)."""


_LAST_TIME: Final = datetime.max.replace(tzinfo=UTC).timestamp()


class TokenError(GatewayAuthenticationError):
    """The token cannot be used: another one is needed."""


class NotATokenError(TokenError):
    """The text is not a token of a gateway."""


class OtherGatewayTokenError(TokenError):
    """The token is for another gateway, which is the most common mistake (G§2.4)."""

    def __init__(self, expected: str, found: str) -> None:
        """Set both serials, so that the user can see which gateway the token is for; the logged message has neither."""
        super().__init__("token for another gateway")
        self.expected = expected
        self.found = found


class ExpiredTokenError(TokenError):
    """The token has expired."""

    def __init__(self, expired_at: int) -> None:
        """Set when it expired, epoch seconds."""
        super().__init__(f"token expired at {datetime.fromtimestamp(expired_at, UTC).isoformat()}")
        self.expired_at = expired_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token and its claims: which gateway it is for and how long it is valid (G§2.4)."""

    text: Secret
    serial: str
    """`aud`: the serial of the gateway, or `un-commissioned`."""
    issued_at: int
    """Epoch seconds, like `expires_at`."""
    expires_at: int
    role: str | None
    """`enphaseUser`: owner or installer."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the token in a pasted text; white space (also line breaks of an email) and quotes are removed.

        Raises:
            NotATokenError: it is not a token.
        """
        bare = "".join(text.split()).strip("\"'`")
        try:
            claims = jwt.decode(bare, options={"verify_signature": False})
        except jwt.InvalidTokenError, binascii.Error, ValueError, RecursionError:
            # Not chained: the cause may quote part of the text.
            raise NotATokenError("not a token: expected three parts of base64url with dots between") from None
        serial, issued_at, expires_at = claims.get("aud"), _epoch(claims.get("iat")), _epoch(claims.get("exp"))
        if not isinstance(serial, str) or not is_serial(serial) or issued_at is None or expires_at is None:
            raise NotATokenError("not a token of a gateway: expected the claims aud, iat and exp")
        role = claims.get("enphaseUser")
        return cls(
            text=Secret(bare),
            serial=serial,
            issued_at=issued_at,
            expires_at=expires_at,
            role=role if isinstance(role, str) else None,
        )

    @property
    def lifetime_s(self) -> int:
        """Return the total validity: a year for an owner, 12 hours for an installer (G§2.4)."""
        return self.expires_at - self.issued_at

    def check(self, serial: str, now: float) -> None:
        """Check that the token is valid for this gateway now.

        Raises:
            OtherGatewayTokenError: it is for another gateway.
            ExpiredTokenError: it has expired.
        """
        if self.serial != serial:
            raise OtherGatewayTokenError(serial, self.serial)
        if self.expires_at <= now:
            raise ExpiredTokenError(self.expires_at)

    def renewal_due(self, now: float) -> bool:
        """Return whether so little of its validity is left that it should be renewed."""
        return self.expires_at - now < RENEWAL_PART * self.lifetime_s


def _epoch(claim: object) -> int | None:
    """Return a time in epoch seconds, None beyond the range of `datetime`."""
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 < claim < _LAST_TIME:
        return None
    return int(claim)
