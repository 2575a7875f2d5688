"""`/info`: an XML document of any firmware (G§1)."""

import re
from typing import Final
from xml.etree import ElementTree as ET

from awesomeversion import AwesomeVersion

from ..exceptions import GatewayResponseError
from ..identifiers import is_part_number, is_serial
from ..models import Info
from .values import epoch

INFO_PATH: Final = "/info"

# Usually one letter and digits; none or several letters are accepted (G§1.3). A longer number is not a version.
_FIRMWARE: Final = re.compile(r"[^0-9]*([0-9]{1,9}(?:\.[0-9]{1,9}){0,7})(?!\.?[0-9])")
# The first firmware that requires a token (G§2.1).
_FIRST_WITH_TOKEN: Final = AwesomeVersion("7.0.0")
_EPOCH: Final = re.compile(r"[0-9]{1,10}")
# Some gateways send white space or a byte order mark before the declaration, and NUL after the document (G§1.1).
_PADDING: Final = b"\0 \t\r\n\xef\xbb\xbf"
_BOOLEANS: Final = {"true": True, "false": False}


class _BuilderWithoutDoctype(ET.TreeBuilder):
    """Builds the tree of a document without declarations, so that no entity can be expanded or refer to a file."""

    def doctype(self, _name: str, _public_id: str | None, _system: str | None) -> None:
        """Reject the declaration."""
        raise GatewayResponseError(INFO_PATH, "a document type declaration, expected plain XML")


def parse_info(body: bytes) -> Info:
    """Return the identity of the gateway (G§1.1).

    Raises:
        GatewayResponseError: the body is not the expected XML, or lacks a serial or the firmware.
    """
    try:
        # Always UTF-8, as all gateways declare, so that the document cannot choose another codec.
        parser = ET.XMLParser(target=_BuilderWithoutDoctype(), encoding="utf-8")  # noqa: S314 - a DOCTYPE is refused
        parser.feed(body.strip(_PADDING))
        root = parser.close()
    except ET.ParseError as error:
        raise GatewayResponseError(INFO_PATH, "not XML, expected envoy_info") from error
    if root.tag != "envoy_info":
        raise GatewayResponseError(INFO_PATH, "another root element, expected envoy_info")
    serial = _text(root, "device/sn")
    if not is_serial(serial):
        raise GatewayResponseError(INFO_PATH, "no serial in device/sn, expected 4 to 32 letters and digits")
    firmware = _firmware(_text(root, "device/software"))
    part_number = _text(root, "device/pn")
    time = _text(root, "time")
    return Info(
        serial=serial,
        firmware=firmware,
        part_number=part_number if is_part_number(part_number) else None,
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
