"""A gateway that accepts every credential, and a client of it."""

from custom_components.enphase_iq_gateway.client.auth.sign_in import CHECK_PATH
from custom_components.enphase_iq_gateway.client.auth.token import Token
from custom_components.enphase_iq_gateway.client.gateway import Gateway
from custom_components.enphase_iq_gateway.client.transport.address import Address
from custom_components.enphase_iq_gateway.client.transport.certificates import Certificate, CertificateCheck

from .device import NOW, SERIAL, VALID, Device, Identity, Reply, info as info_reply, make_token, reply

PATH = "/api/v1/production"


def device(serial: str = SERIAL, identity: Identity | None = None, *, port: int = 0, **replies: Reply) -> Device:
    """Return a gateway that accepts every credential."""
    all_replies: dict[str, Reply] = {"/info": info_reply(serial), CHECK_PATH: VALID, PATH: reply(b"{}")}
    if "info" in replies:
        all_replies["/info"] = replies["info"]
    return Device(all_replies, identity=identity, port=port)


def client(
    address: Address, pinned: Certificate | None = None, check: CertificateCheck = CertificateCheck.RENEWALS
) -> Gateway:
    """Return a client of a gateway with firmware 7 or later."""
    return Gateway(
        address,
        expected_serial=SERIAL,
        credential=Token.parse(make_token()),
        pinned=pinned,
        certificate_check=check,
        clock=lambda: NOW,
    )
