"""The second factor of the sign-in at Enphase's cloud: a code by email or SMS (S§42.2, S§42.3)."""

from base64 import b64encode
from dataclasses import dataclass
from http import HTTPStatus
import re
from typing import Final

from ..endpoints.values import text
from ..json_types import JsonObject
from .cloud import SESSION_COOKIE, CloudConnection, CloudError, CloudProblem, CloudResponse
from .secret import Secret

SEND_AGAIN_S: Final = 30.0
"""Time between two codes (S§42.2)."""
_SEND_PATH: Final = "/app-api/generate_mfa_login_otp"
_CHECK_PATH: Final = "/app-api/validate_login_otp"
_ACCEPT: Final = "application/json, text/plain, */*"
_SUCCESS: Final = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT})
_WRONG_CODE: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
# It becomes a part of an address.
_SYSTEM_ID: Final = re.compile(r"[0-9]{1,12}")
_SESSION_FIELDS: Final = ("session_id", "sessionId", "session")


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """What the cloud opens for an account."""

    session_id: Secret | None
    """None where the session is in the cookie alone."""
    system_id: str | None
    """The number of the account's system, None where the answer has none."""


class ChallengeEndedError(CloudError):
    """The cloud no longer waits for a code, after five minutes for example: sign in with the password again."""


async def send_code(connection: CloudConnection) -> None:
    """Have a code sent to the user.

    Raises:
        CloudError: the cloud cannot be reached, or rejects the request.
        ChallengeEndedError: the sign-in has to begin again.
    """
    url = connection.urls.enlighten + _SEND_PATH
    response = await connection.post_form(url, {"locale": "en"}, accept=_ACCEPT)
    sent = _document(response)
    if sent.get("success") is False:
        raise ChallengeEndedError(CloudProblem.UNEXPECTED, url)


async def check_code(connection: CloudConnection, username: str, code: str) -> Login:
    """Send the code that the user has entered, and return what the cloud has opened.

    Raises:
        CloudError: the cloud cannot be reached, or rejects the request.
        ChallengeEndedError: the sign-in has to begin again.
    """
    url = connection.urls.enlighten + _CHECK_PATH
    form = {"email": _base64(username), "otp": _base64(code), "xhrFields[withCredentials]": "true"}
    response = await connection.post_form(url, form, accept=_ACCEPT)
    if response.status in _WRONG_CODE:
        raise CloudError(CloudProblem.WRONG_CODE, url)
    answer = _document(response)
    if answer.get("isValid") is False or answer.get("success") is False:
        raise CloudError(CloudProblem.WRONG_CODE, url)
    if session_id := session_id_in(answer):
        return Login(session_id=session_id, system_id=system_id_in(answer))
    succeeded = answer.get("message") == "success" or answer.get("success") is True or answer.get("isValid") is True
    cookie = connection.cookie(SESSION_COOKIE)
    if cookie is None or (answer and not succeeded):
        raise CloudError(CloudProblem.UNEXPECTED, url)
    return Login(session_id=cookie, system_id=system_id_in(answer))


def session_id_in(answer: JsonObject) -> Secret | None:
    """Return the id of the session in an answer, None where it has none."""
    found = next((value for field in _SESSION_FIELDS if (value := text(answer.get(field)))), None)
    return None if found is None else Secret(found)


def system_id_in(answer: JsonObject) -> str | None:
    """Return the number of the account's system in an answer, None where it has none."""
    value = answer.get("system_id")
    found = str(value) if isinstance(value, int | str) else ""
    return found if _SYSTEM_ID.fullmatch(found) else None


def _document(response: CloudResponse) -> JsonObject:
    """Return what a successful answer contains."""
    if response.is_denied:
        raise ChallengeEndedError(CloudProblem.UNEXPECTED, response.url)
    if response.status not in _SUCCESS:
        raise CloudError(CloudProblem.UNEXPECTED, response.url)
    document = response.document()
    if document.get("isBlocked") is True:
        raise CloudError(CloudProblem.BLOCKED, response.url)
    return document


def _base64(value: str) -> str:
    return b64encode(value.encode()).decode()
