"""Addresses of a gateway as users enter them."""

import pytest
from yarl import URL

from custom_components.enphase_iq_gateway.client.transport.address import Address, AddressError, AddressProblem


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("192.168.1.5", "192.168.1.5"),
        ("  192.168.1.5\n", "192.168.1.5"),
        ("192.168.1.5:8443", "192.168.1.5:8443"),
        ("192.168.1.5:443", "192.168.1.5"),
        ("192.168.1.5:80", "192.168.1.5"),
        ("envoy.local", "envoy.local"),
        ("Envoy.Local.", "envoy.local"),
        ("envoy", "envoy"),
        ("envoy_2.fritz.box:8080", "envoy_2.fritz.box:8080"),
        ("fd00::1", "fd00::1"),
        ("FD00:0:0:0:0:0:0:1", "fd00::1"),
        ("[fd00::1]", "fd00::1"),
        ("[fd00::1]:8443", "[fd00::1]:8443"),
        ("::ffff:192.168.1.5", "192.168.1.5"),
        ("https://192.168.1.5/", "192.168.1.5"),
        ("http://192.168.1.5", "192.168.1.5"),
        ("HTTPS://envoy.local/home#overview", "envoy.local"),
        ("https://envoy.local:8443/production.json?details=1", "envoy.local:8443"),
        ("https://[fd00::1]/", "fd00::1"),
        ("192.168.1.5/", "192.168.1.5"),
    ],
)
def test_an_address_has_one_spelling(typed: str, stored: str) -> None:
    """The stored form is read back unchanged."""
    assert str(Address.parse(typed)) == stored
    assert str(Address.parse(stored)) == stored


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", AddressProblem.EMPTY),
        (" \t", AddressProblem.EMPTY),
        ("192.168. 1.5", AddressProblem.SPACE),
        ("ftp://192.168.1.5", AddressProblem.SCHEME),
        ("192.168.1.0/24", AddressProblem.PATH),
        ("envoy.local/home", AddressProblem.PATH),
        ("envoy:secret@192.168.1.5", AddressProblem.USER_INFO),
        ("https://envoy:secret@192.168.1.5/", AddressProblem.USER_INFO),
        ("fe80::1%eth0", AddressProblem.ZONE),
        ("192.168.1.5:", AddressProblem.PORT),
        ("192.168.1.5:0", AddressProblem.PORT),
        ("192.168.1.5:65536", AddressProblem.PORT),
        ("192.168.1.5:٤٤٣", AddressProblem.PORT),
        ("[fd00::1]:https", AddressProblem.PORT),
        ("192.168.1.256", AddressProblem.HOST),
        ("127.1", AddressProblem.HOST),
        ("2130706433", AddressProblem.HOST),
        ("0x7f000001", AddressProblem.HOST),
        ("[envoy.local]", AddressProblem.HOST),
        ("[fd00::1", AddressProblem.HOST),
        ("[fd00::1]8443", AddressProblem.HOST),
        ("fd00::12345", AddressProblem.HOST),
        ("https://", AddressProblem.HOST),
        ("-envoy.local", AddressProblem.HOST),
        ("envoy..local", AddressProblem.HOST),
        ("énvoy.local", AddressProblem.HOST),
        (f"{'a.' * 127}local", AddressProblem.HOST),
    ],
)
def test_text_that_is_no_address_is_refused_with_its_problem(typed: str, problem: AddressProblem) -> None:
    """The error never repeats the text, which may contain a password."""
    with pytest.raises(AddressError) as caught:
        Address.parse(typed)

    assert caught.value.problem is problem
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("192.168.1.5", "https://192.168.1.5/info"),
        ("envoy.local:8443", "https://envoy.local:8443/info"),
        ("fd00::1", "https://[fd00::1]/info"),
        ("[fd00::1]:8443", "https://[fd00::1]:8443/info"),
    ],
)
def test_an_address_and_a_path_make_a_url(address: str, url: str) -> None:
    assert Address.parse(address).url("https", "/info") == URL(url)


def test_a_query_stays_a_query() -> None:
    """`/production.json?details=1` has one."""
    assert Address.parse("envoy").url("http", "/production.json?details=1").query == {"details": "1"}
