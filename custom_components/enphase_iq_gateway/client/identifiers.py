"""The form of serials and part numbers, which any device may send and which become ids and parts of texts."""

import re
from typing import Final

# Gateways and inverters have 12 digits (G§1.1, §4), a token for no gateway has `un-commissioned` (G§2.4). Nothing in
# this form is markup in a text.
_SERIAL: Final = re.compile(r"[0-9A-Za-z-]{4,32}")
_PART_NUMBER: Final = re.compile(r"[0-9A-Za-z .-]{1,32}")


def is_serial(text: str) -> bool:
    """Return whether a text has the form of a serial."""
    return _SERIAL.fullmatch(text) is not None


def is_part_number(text: str) -> bool:
    """Return whether a text has the form of a part number, for example `800-00555-r03`."""
    return _PART_NUMBER.fullmatch(text) is not None
