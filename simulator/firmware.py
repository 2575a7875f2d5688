"""The firmware's version and what changes with it."""

from dataclasses import dataclass
from functools import total_ordering
import re
from typing import override

_PATTERN = re.compile(r"([A-Z]?)(\d+)\.(\d+)\.(\d+)")


@total_ordering
@dataclass(frozen=True, slots=True)
class Firmware:
    """A version such as D8.2.4345, compared number by number (G§1.3)."""

    letter: str
    numbers: tuple[int, int, int]

    @classmethod
    def parse(cls, text: str) -> Firmware:
        """Read a version with or without its letter; raise ValueError for anything else."""
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"'{text}' is no firmware version; expected something like 8.2.4345")
        letter, *numbers = found.groups()
        major, minor, build = (int(number) for number in numbers)
        return cls(letter or ("R" if major < 5 else "D"), (major, minor, build))

    @override
    def __str__(self) -> str:
        """Give the version without its letter, as zeroconf announces it."""
        return ".".join(str(number) for number in self.numbers)

    def __lt__(self, other: Firmware) -> bool:
        """Compare by the numbers alone."""
        return self.numbers < other.numbers

    @property
    def software(self) -> str:
        """The version as `/info` writes it."""
        return f"{self.letter}{self}"

    @property
    def package_version(self) -> str:
        """The version as the app package of `/info` writes it: 08.02.4345."""
        major, minor, build = self.numbers
        return f"{major:02}.{minor:02}.{build}"

    @property
    def legacy(self) -> bool:
        """Is this an Envoy-R or -C, with HTML at production.json (G§7)?"""
        return self.numbers < (3, 99, 0)

    @property
    def tokens(self) -> bool:
        """Does it speak TLS and take tokens (G§2.1)?"""
        return self.numbers >= (7, 0, 0)

    @property
    def closes_connections(self) -> bool:
        """Does it end each connection after one answer and send Date twice (G§2.2)?"""
        return self.numbers[0] in (4, 5)

    @property
    def report_interval_s(self) -> int:
        """The interval of the inverters' reports (G§4: five minutes up to 8.2.4286, then fifteen)."""
        return 300 if self.numbers <= (8, 2, 4286) else 900

    @property
    def net_lifetime_signed(self) -> bool:
        """Is net whLifetime import - export rather than import (G§6.4)?"""
        return self.numbers >= (7, 3, 517)

    @property
    def consumption_week_kept(self) -> bool:
        """Does the gateway know total consumption's seven days (G§6.5)?"""
        return self.numbers < (7, 3, 517) or self.numbers == (8, 2, 4345)

    @property
    def reading_time_zero_at_night(self) -> bool:
        """Is the inverters entry's readingTime 0 at night (G§6.2)?"""
        return self.numbers[0] == 7

    @property
    def site_total_wraps(self) -> bool:
        """Does the inverters entry's whLifetime wrap as a whole (G§6.6)?"""
        return (7, 0, 0) <= self.numbers <= (8, 2, 4263)

    @property
    def single_inverter_wraps(self) -> bool:
        """Does each inverter wrap for itself in that sum (G§6.6)?"""
        return self.numbers >= (8, 2, 4264)

    @property
    def v1_frozen_without_cts(self) -> bool:
        """Does `/api/v1/production` stand still, rather than at 0, without CTs (G§3)?"""
        return self.numbers >= (8, 2, 4264)

    @property
    def device_data(self) -> bool:
        """Is there a `/ivp/pdm/device_data` (G§5)?"""
        return self.numbers >= (8, 2, 4345)

    @property
    def eim_channels(self) -> int:
        """How many channels an EIM has in device_data (G§5.2)."""
        return 4 if self.numbers >= (8, 3, 0) else 3

    @property
    def lists_retired_inverters(self) -> bool:
        """Does `/api/v1/production/inverters` list retired inverters too (G§4)?"""
        return self.numbers < (8, 3, 0)

    @property
    def has_device_type(self) -> bool:
        """Does that list tell devType (G§4)?"""
        return not self.legacy and self.numbers != (4, 2, 33)

    @property
    def ghost_channel(self) -> bool:
        """Does the net CT's unused third channel repeat the storage CT's second (G§9 rule 4)?"""
        return (8, 2, 127) <= self.numbers <= (8, 2, 4286)

    @property
    def extra_reading(self) -> bool:
        """Do the readings end with an all-zero element that no meter has (G§9 rule 2)?"""
        return self.numbers >= (8, 3, 1598)

    @property
    def lists_all_meters(self) -> bool:
        """Does `/ivp/meters` list seven meters, most of them disabled (G§8)?"""
        return self.numbers == (8, 3, 1598) or self.numbers >= (8, 3, 5433)

    @property
    def zero_third_line(self) -> bool:
        """Do split-phase entries have a third, all-zero line and a summed power factor (G§6.3)?"""
        return self.lists_all_meters

    @property
    def total_is_net_with_total_ct(self) -> bool:
        """Does the total entry repeat the net entry when the CT measures total consumption (G§6.8)?"""
        return self.numbers >= (8, 3, 5433)

    @property
    def info_without_content_type(self) -> bool:
        """Does `/info` lack a Content-Type (G§1.1)?"""
        return self.numbers >= (8, 3, 5169)
