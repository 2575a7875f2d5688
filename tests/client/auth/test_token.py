"""Reading a token (G§2.4)."""

from base64 import urlsafe_b64encode

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.enphase_iq_gateway.client.auth.token import (
    ExpiredTokenError,
    NotATokenError,
    OtherGatewayTokenError,
    Token,
)
from custom_components.enphase_iq_gateway.client.exceptions import GatewayAuthenticationError
from tests.support.device import DAY, NOW, OTHER_SERIAL, SERIAL, make_token


def written(claims: object) -> str:
    """Return claims as a token."""
    return ".".join(
        urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in ({"alg": "ES256"}, claims, 1)
    )


def test_a_token_has_gateway_role_and_times() -> None:
    token = Token.parse(make_token())

    assert (token.serial, token.issued_at, token.expires_at) == (SERIAL, NOW - DAY, NOW + 364 * DAY)
    assert (token.role, token.lifetime_s) == ("owner", 365 * DAY)


@pytest.mark.parametrize("form", ["{}", "  {}\n", '"{}"', "'{}'", ' "{}" ', "`{}`"])
def test_spaces_and_quotes_around_a_pasted_token_are_removed(form: str) -> None:
    text = make_token()

    assert Token.parse(form.format(text)).text.reveal() == text


def test_line_breaks_in_a_pasted_token_are_removed() -> None:
    """Mail programs add them."""
    text = make_token()

    assert Token.parse(f"{text[:76]}\r\n{text[76:]}").text.reveal() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "secret.secret",
        "secret.secret.secret",
        make_token() + ".secret",
        written(["secret"]),
        written({}),
        written({"aud": ["secret"], "iat": NOW, "exp": NOW}),
        written({"aud": "", "iat": NOW, "exp": NOW}),
        written({"aud": "[secret](https://example.com)", "iat": NOW, "exp": NOW}),
        written({"aud": SERIAL, "iat": NOW}),
        written({"aud": SERIAL, "iat": NOW, "exp": "secret"}),
        written({"aud": SERIAL, "iat": True, "exp": NOW}),
        written({"aud": SERIAL, "iat": NOW, "exp": 1e300}),
        written({"aud": SERIAL, "iat": -1, "exp": NOW}),
        "sécret.\ud800.secret",
    ],
)
def test_text_that_is_no_token_is_refused(text: str) -> None:
    """The error does not repeat the text."""
    with pytest.raises(NotATokenError) as caught:
        Token.parse(text)

    assert "secret" not in str(caught.value)


@pytest.mark.slow
@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str) | st.binary().map(repr))
def test_any_text_is_refused_with_the_same_error(text: str) -> None:
    with pytest.raises(NotATokenError):
        Token.parse(text)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(["aud", "iat", "exp", "enphaseUser", "nbf", "sub"]),
        st.none()
        | st.integers(-(2**63), 2**63)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text()
        | st.booleans(),
    )
)
def test_any_claims_are_read_or_refused(claims: dict[str, object]) -> None:
    """A token that was read can be checked, and its error can be shown."""
    try:
        token = Token.parse(written(claims))
    except NotATokenError:
        return
    with pytest.raises(OtherGatewayTokenError, match=token.serial):
        token.check(f"{token.serial}-not", NOW)


def test_a_role_that_is_no_text_is_left_out() -> None:
    assert Token.parse(written({"aud": SERIAL, "iat": NOW, "exp": NOW, "enphaseUser": 2})).role is None


def test_a_token_for_this_gateway_that_has_not_expired_passes() -> None:
    token = Token.parse(make_token())

    token.check(SERIAL, token.expires_at - 1)


def test_the_error_of_a_token_of_another_gateway_has_its_serial() -> None:
    """The user can compare the serial with the label."""
    with pytest.raises(OtherGatewayTokenError) as caught:
        Token.parse(make_token(OTHER_SERIAL)).check(SERIAL, NOW)

    assert (caught.value.expected, caught.value.found) == (SERIAL, OTHER_SERIAL)
    assert isinstance(caught.value, GatewayAuthenticationError)


def test_the_error_of_an_expired_token_has_its_end() -> None:
    token = Token.parse(make_token(issued_at=NOW - 366 * DAY))

    with pytest.raises(ExpiredTokenError, match="2026-05-27T20:26:40") as caught:
        token.check(SERIAL, token.expires_at)

    assert caught.value.expired_at == NOW - DAY


@pytest.mark.parametrize(
    ("lifetime_s", "margin_s"), [(365 * DAY, 36.5 * DAY), (43_200, 4_320)], ids=["owner", "installer"]
)
def test_renewal_is_due_in_the_last_tenth(lifetime_s: int, margin_s: float) -> None:
    """The time is a part of its life, so that a short token is not renewed at once."""
    token = Token.parse(make_token(issued_at=NOW, lifetime_s=lifetime_s))

    assert not token.renewal_due(NOW)
    assert not token.renewal_due(token.expires_at - margin_s)
    assert token.renewal_due(token.expires_at - margin_s + 1)


def test_a_token_does_not_print() -> None:
    text = make_token()

    assert text not in repr(Token.parse(text))
