"""The address of the gateway, typed by the user or discovered, in one canonical form.

A host name, an IPv4 or an IPv6 address, each with an optional port.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
import re
from typing import Final, Literal, Self, override

from yarl import URL

type Scheme = Literal["https", "http"]

DEFAULT_PORTS: Final = frozenset({80, 443})
"""The gateway listens on 443 from firmware 7 on and on 80 before (G§2.1): these ports are left out."""

_SCHEME: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME: Final = 253  # RFC 1035, without the dot at the end


class AddressProblem(StrEnum):
    """What is wrong with an address, as a translation key."""

    EMPTY = "empty"
    SPACE = "space"
    SCHEME = "scheme"
    """Neither http nor https."""
    PATH = "path"
    USER_INFO = "user_info"
    ZONE = "zone"
    """`fe80::1%eth0`: the name of an interface means nothing on another machine."""
    PORT = "port"
    HOST = "host"
    """Neither a host name nor an IP address."""


class AddressError(ValueError):
    """The text is not an address of a gateway."""

    def __init__(self, problem: AddressProblem) -> None:
        """Keep the problem, not the text, which may contain a password."""
        super().__init__(f"not an address: {problem}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Address:
    """A host and, where it is not one of the default ports, a port."""

    host: str
    """Lower case; an IPv6 address in its short form, without brackets."""
    port: int | None = None
    """None: 443 for https, 80 for http."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address in a text typed by the user, which may be a URL copied from a browser.

        Raises:
            AddressError: it is not an address.
        """
        text = text.strip()
        if not text:
            raise AddressError(AddressProblem.EMPTY)
        if any(character.isspace() for character in text):
            raise AddressError(AddressProblem.SPACE)
        authority = _without_scheme_and_path(text)
        if "@" in authority:
            raise AddressError(AddressProblem.USER_INFO)
        if "%" in authority:
            raise AddressError(AddressProblem.ZONE)
        host, port = _split_port(authority)
        return cls(_canonical_host(host), _parse_port(port))

    @override
    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def url(self, scheme: Scheme, path: str) -> URL:
        """Return the URL of a path, which may include a query."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return URL(f"{scheme}://{host}{port}{path}")


def _without_scheme_and_path(text: str) -> str:
    """Return the text without scheme and path; without a scheme a path is an error (`10.0.0.0/24`)."""
    if (match := _SCHEME.fullmatch(text)) is None:
        if re.search(r"[/?#]", text.removesuffix("/")):
            raise AddressError(AddressProblem.PATH)
        return text.removesuffix("/")
    if match["scheme"].lower() not in {"http", "https"}:
        raise AddressError(AddressProblem.SCHEME)
    return re.split(r"[/?#]", match["rest"], maxsplit=1)[0]


def _split_port(authority: str) -> tuple[str, str | None]:
    """Return host and port; more than one colon without brackets is an IPv6 address."""
    if authority.startswith("["):
        host, bracket, rest = authority.removeprefix("[").partition("]")
        if not bracket or ":" not in host:
            raise AddressError(AddressProblem.HOST)
        if rest and not rest.startswith(":"):
            raise AddressError(AddressProblem.HOST)
        return host, rest.removeprefix(":") if rest else None
    if authority.count(":") == 1:
        host, _, port = authority.partition(":")
        return host, port
    return authority, None


def _parse_port(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 2**16:
        raise AddressError(AddressProblem.PORT)
    return None if int(text) in DEFAULT_PORTS else int(text)


def _canonical_host(host: str) -> str:
    """Return the canonical spelling of a host, so that one gateway always has the same address."""
    try:
        address = ip_address(host)
    except ValueError:
        return _canonical_name(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def _canonical_name(host: str) -> str:
    name = host.lower().removesuffix(".")
    labels = name.split(".")
    # A last label of digits is a mistyped IPv4 address; resolvers read some in unexpected ways (127.1).
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)) or re.fullmatch(r"[0-9]+|0x.*", labels[-1]):
        raise AddressError(AddressProblem.HOST)
    return name
