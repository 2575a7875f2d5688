"""Redacting answers of the gateway so that they can be published: only values known to be harmless are kept.

Each serial is replaced by the same number throughout a document, so that it works as a capture for the simulator.
"""

from collections.abc import Iterable
from ipaddress import ip_address
import re
from typing import Final

import orjson

REDACTED: Final = "**REDACTED**"
# Twelve digits like a serial, but never a real one: those begin with year and week of manufacture (G§1.1).
_FIRST_PSEUDONYM: Final = 999_900_000_000

# Twelve digits as a rule; some devices have longer serials.
_SERIAL: Final = re.compile(r"(?<![0-9.x])[0-9]{12,}(?![0-9])")
_HIDDEN: Final = re.compile(
    r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"  # a MAC address
    r"|(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{12}(?![0-9a-z])"  # a MAC address without separators
    r"|\('[^']*', [0-9]+[^)]*\)"  # address and port in an error of the operating system
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|eyJ[\w-]+(?:\.[\w-]*)*"  # a token
)
_MAYBE_ADDRESS: Final = re.compile(r"(?i)[0-9a-f]*[.:][0-9a-f.:]*[0-9a-f:]")
_WORDS: Final = re.compile(r"[\w .:+-]{0,40}")
"""The form of a harmless text: a type, a state, a version, a hexadecimal number."""
_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>[\w-]+)(?P<attributes>[^<>]*)>(?P<text>[^<]*)")
_PACKAGE: Final = re.compile(r' name="[\w.-]+"')

_SERIAL_FIELDS: Final = frozenset({"serialNumber", "sn"})
_INFO_TAGS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        time sn pn software seqnum apiver imeter web-tokens version build build_id build_time_gmt release_ver
        release_stage
        """,
    )
)
_FIELDS: Final = _SERIAL_FIELDS | frozenset(
    re.findall(
        r"\w+",
        """
        VrmsL1N VrmsL2N VrmsL3N acCurrOffset acCurrentInmA acFrequencyINmHz acVoltageINmV actEnergyDlvd actEnergyRcvd
        active activeCount activePower apparentEnergy apparentPower apprntPwr chanEid channelTemp channels consumption
        created createdTime curr_w current dcCurrentINmA dcVoltageINmV devName devType deviceCount deviceDataLimit
        duration eid endDate flags flags_hex freq freqInmHz freq_mhz instantaneousDemand interval_type issi
        joulesProduced joulesUsed l1NAcVoltageInmV l2NAcVoltageInmV l3NAcVoltageInmV laggingVArs lastReading
        lastReportDate lastReportWatts leadingVArs lifetime lines max maxReportWatts measurementType meteringStatus
        modGone now nowUsed percentFull phaseCount phaseMode production pwrConvErrSecs pwrConvMaxErrCycles pwrFactor
        reactEnergyLagg reactEnergyLead reactPwr reactivePower readingTime rmsCurrent rmsVoltage rms_mamp rms_mvolt rssi
        state stateChngCnt statusFlags storage temperature timestamp today type vahLifetime vahToday vah_cum
        varhLagLifetime varhLagToday varhLeadLifetime varhLeadToday varh_lag_cum varh_lead_cum voltage vrmsB1L12_or_L12
        vrmsB2L12_or_L23 vrmsL31 wNow wattHours wattHoursLifetime wattHoursSevenDays wattHoursToday watts wattsNow week
        whLastSevenDays whLifetime whNow whToday wh_dlvd_cum wh_neg wh_pos yesterday
        """,
    )
)
"""The known fields of the endpoints that are used (G§3 to §9); the keys of device data are numbers."""


class Scrubber:
    """Redacts all parts of one document with the same pseudonyms."""

    def __init__(self, serials: Iterable[str], hosts: Iterable[str] = ()) -> None:
        """Set what is known beforehand; the order of the serials makes their pseudonyms the same in every document."""
        self._hosts = [re.compile(rf"(?i)(?<![\w.-]){re.escape(host)}(?![\w-])") for host in hosts if host]
        self._pseudonyms: dict[str, str] = {}
        for serial in serials:
            self._pseudonym(serial)

    def text(self, text: str) -> str:
        """Redact a text, such as an error message or the name of a counter."""
        # Longest first: one serial may contain another.
        known = "|".join(re.escape(serial) for serial in sorted(self._pseudonyms, key=len, reverse=True))
        serials = re.compile(f"{known}|{_SERIAL.pattern}" if known else _SERIAL.pattern)
        text = _MAYBE_ADDRESS.sub(_without_address, _HIDDEN.sub(REDACTED, text))
        for host in self._hosts:
            text = host.sub(REDACTED, text)
        return serials.sub(lambda found: self._pseudonym(found[0]), text)

    def value(self, value: object, field: str = "") -> object:
        """Redact a JSON value; `field` is the key under which it was found."""
        if isinstance(value, dict):
            return {
                self._key(str(name), number): self.value(part, str(name))
                for number, (name, part) in enumerate(value.items())
            }
        if isinstance(value, list):
            return [self.value(part, field) for part in value]
        if field in _SERIAL_FIELDS and isinstance(value, str | int):
            return type(value)(self._pseudonym(str(value)))
        if field not in _FIELDS or (isinstance(value, str) and not _WORDS.fullmatch(value)):
            return REDACTED
        return self.text(value) if isinstance(value, str) else value

    def answer(self, body: bytes) -> object:
        """Redact an answer: a JSON document, or the XML of `/info` as text.

        Raises: ValueError for anything else.
        """
        if body.lstrip(b"\0 \t\r\n\xef\xbb\xbf").startswith(b"<?xml"):
            return self._xml(body.decode(errors="replace"))
        return self.value(orjson.loads(body))

    def _xml(self, text: str) -> str:
        """Keep tags, names of packages, and the text of known tags."""
        lines = []
        for found in _TAG.finditer(text):
            name = _PACKAGE.fullmatch(found["attributes"])
            content = found["text"].strip()
            if content and (found["close"] or found["name"] not in _INFO_TAGS or not _WORDS.fullmatch(content)):
                content = REDACTED
            elif content and found["name"] in _SERIAL_FIELDS:
                content = self._pseudonym(content)
            lines.append(f"<{found['close']}{found['name']}{name[0] if name else ''}>{self.text(content)}")
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(lines)

    def _key(self, name: str, number: int) -> str:
        """Keep a known field and the number of a device; other keys may be anything, such as a name or an address."""
        return self.text(name) if name in _FIELDS or name.isdecimal() else f"{REDACTED} {number}"

    def _pseudonym(self, serial: str) -> str:
        """Return the number that replaces a serial; such a number is returned unchanged."""
        if serial in self._pseudonyms.values():
            return serial
        return self._pseudonyms.setdefault(serial, str(_FIRST_PSEUDONYM + len(self._pseudonyms)))


def _without_address(found: re.Match[str]) -> str:
    """Redact an IP address, and keep what only looks like one: a version, a time."""
    try:
        ip_address(found[0].strip("."))
    except ValueError:
        return found[0]
    return REDACTED
