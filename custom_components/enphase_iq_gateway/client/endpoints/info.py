"""`/info`: an XML document of any firmware (G§1)."""

import re
from typing import Final
from xml.etree import ElementTree as ET

from awesomeversion import AwesomeVersion

from ..exceptions import GatewayResponseError
from ..models import Info
from .values import epoch

INFO_PATH: Final = "/info"

# One letter before the digits is usual, none or several are taken (G§1.3). Bounded: a longer number is no version.
_FIRMWARE: Final = re.compile(r"[^0-9]*([0-9]{1,9}(?:\.[0-9]{1,9}){0,7})(?!\.?[0-9])")
# The first firmware that wants a token (G§2.1).
_FIRST_WITH_TOKEN: Final = AwesomeVersion("7.0.0")
_EPOCH: Final = re.compile(r"[0-9]{1,10}")
_BOOLEANS: Final = {"true": True, "false": False}


class _BuilderWithoutDoctype(ET.TreeBuilder):
    """Builds the tree of a document that declares nothing: an entity can neither be expanded nor point outside."""

    def doctype(self, _name: str, _public_id: str | None, _system: str | None) -> None:
        """Refuse the declaration: the parser calls this for one."""
        raise GatewayResponseError(INFO_PATH, "a document type declaration, expected plain XML")


def parse_info(body: bytes) -> Info:
    """Read which gateway this is (G§1.1).

    Raises:
        GatewayResponseError: it is not the XML due, or lacks the serial or the firmware.
    """
    try:
        # UTF-8 whatever the declaration says: so all gateways declare, and no codec can be chosen from outside.
        parser = ET.XMLParser(target=_BuilderWithoutDoctype(), encoding="utf-8")  # noqa: S314 - a DOCTYPE is refused
        parser.feed(body)
        root = parser.close()
    except ET.ParseError as error:
        raise GatewayResponseError(INFO_PATH, "not XML, expected envoy_info") from error
    if root.tag != "envoy_info":
        raise GatewayResponseError(INFO_PATH, "another root element, expected envoy_info")
    serial = _text(root, "device/sn")
    if not serial:
        raise GatewayResponseError(INFO_PATH, "no device/sn, expected the serial")
    firmware = _firmware(_text(root, "device/software"))
    time = _text(root, "time")
    return Info(
        serial=serial,
        firmware=firmware,
        part_number=_text(root, "device/pn") or None,
        has_meter=_BOOLEANS.get(_text(root, "device/imeter").lower()),
        wants_token=firmware >= _FIRST_WITH_TOKEN or _text(root, "web-tokens").lower() == "true",
        time=epoch(int(time)) if _EPOCH.fullmatch(time) else None,
    )


def _text(root: ET.Element, path: str) -> str:
    return root.findtext(path, "").strip()


def _firmware(software: str) -> AwesomeVersion:
    version = _FIRMWARE.match(software)
    if version is None:
        raise GatewayResponseError(INFO_PATH, "no version number in device/software, expected the firmware")
    return AwesomeVersion(version[1])
