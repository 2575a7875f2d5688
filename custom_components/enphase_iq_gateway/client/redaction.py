"""Redacting answers of the gateway so that they can be published: only values known to be harmless are kept.

Each serial is replaced by the same number throughout a document, so that it works as a capture for the simulator.
"""

from collections.abc import Iterable
import re
from typing import Final

import orjson

REDACTED: Final = "**REDACTED**"
# Twelve digits like a serial, but never a real one: those begin with year and week of manufacture (G§1.1).
_FIRST_PSEUDONYM: Final = 999_900_000_000

_SERIAL: Final = re.compile(r"(?<![0-9.])[0-9]{12}(?![0-9])")
_HIDDEN: Final = re.compile(
    r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"  # a network address
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|eyJ[\w-]+(?:\.[\w-]*)*"  # a token
)
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

    def __init__(self, serials: Iterable[str]) -> None:
        """Set the serials known beforehand; their order makes their pseudonyms the same in every document."""
        self._pseudonyms: dict[str, str] = {}
        for serial in serials:
            self._pseudonym(serial)

    def text(self, text: str) -> str:
        """Redact a text, such as an error message or the name of a counter."""
        # Longest first: one serial may contain another.
        known = "|".join(re.escape(serial) for serial in sorted(self._pseudonyms, key=len, reverse=True))
        serials = re.compile(f"{known}|{_SERIAL.pattern}" if known else _SERIAL.pattern)
        return serials.sub(lambda found: self._pseudonym(found[0]), _HIDDEN.sub(REDACTED, text))

    def value(self, value: object, field: str = "") -> object:
        """Redact a JSON value; `field` is the key under which it was found."""
        if isinstance(value, dict):
            return {self.text(str(name)): self.value(part, str(name)) for name, part in value.items()}
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

    def _pseudonym(self, serial: str) -> str:
        """Return the number that replaces a serial; such a number is returned unchanged."""
        if serial in self._pseudonyms.values():
            return serial
        return self._pseudonyms.setdefault(serial, str(_FIRST_PSEUDONYM + len(self._pseudonyms)))
