"""The firmware's version and the behavior that depends on it."""

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
        """Return the version in a text, with or without its letter; raise ValueError for anything else."""
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"'{text}' is not a firmware version; expected something like 8.2.4345")
        letter, *numbers = found.groups()
        major, minor, build = (int(number) for number in numbers)
        return cls(letter or ("R" if major < 5 else "D"), (major, minor, build))

    @override
    def __str__(self) -> str:
        """Return the version without its letter, as zeroconf announces it."""
        return ".".join(str(number) for number in self.numbers)

    def __lt__(self, other: Firmware) -> bool:
        """Compare the numbers only."""
        return self.numbers < other.numbers

    @property
    def software(self) -> str:
        """Version in the form of `/info`, with its letter."""
        return f"{self.letter}{self}"

    @property
    def package_version(self) -> str:
        """Version in the form of the app package in `/info`: 08.02.4345."""
        major, minor, build = self.numbers
        return f"{major:02}.{minor:02}.{build}"

    @property
    def legacy(self) -> bool:
        """Whether this is an Envoy-R or Envoy-C, with HTML at production.json (G§7)."""
        return self.numbers < (3, 99, 0)

    @property
    def tokens(self) -> bool:
        """Whether the gateway uses TLS and tokens (G§2.1)."""
        return self.numbers >= (7, 0, 0)

    @property
    def closes_connections(self) -> bool:
        """Whether each connection ends after one answer and the Date header is sent twice (G§2.2)."""
        return self.numbers[0] in (4, 5)

    @property
    def report_interval_s(self) -> int:
        """Interval of the inverters' reports (G§4: 5 minutes up to 8.2.4286, then 15 minutes)."""
        return 300 if self.numbers <= (8, 2, 4286) else 900

    @property
    def net_lifetime_signed(self) -> bool:
        """Whether the whLifetime of net consumption is import - export rather than import (G§6.4)."""
        return self.numbers >= (7, 3, 517)

    @property
    def consumption_week_kept(self) -> bool:
        """Whether total consumption has a value for seven days (G§6.5)."""
        return self.numbers < (7, 3, 517) or self.numbers == (8, 2, 4345)

    @property
    def reading_time_zero_at_night(self) -> bool:
        """Whether the readingTime of the inverters entry is 0 at night (G§6.2)."""
        return self.numbers[0] == 7

    @property
    def site_total_wraps(self) -> bool:
        """Whether the whLifetime of the inverters entry wraps as a whole (G§6.6)."""
        return (7, 0, 0) <= self.numbers <= (8, 2, 4263)

    @property
    def single_inverter_wraps(self) -> bool:
        """Whether each inverter wraps by itself within that sum (G§6.6)."""
        return self.numbers >= (8, 2, 4264)

    @property
    def v1_frozen_without_cts(self) -> bool:
        """Whether `/api/v1/production` without CTs is frozen at some value rather than at 0 (G§3)."""
        return self.numbers >= (8, 2, 4264)

    @property
    def device_data(self) -> bool:
        """Whether `/ivp/pdm/device_data` exists (G§5)."""
        return self.numbers >= (8, 2, 4345)

    @property
    def eim_channels(self) -> int:
        """Number of channels of an EIM in device_data (G§5.2)."""
        return 4 if self.numbers >= (8, 3, 0) else 3

    @property
    def lists_retired_inverters(self) -> bool:
        """Whether `/api/v1/production/inverters` includes retired inverters (G§4)."""
        return self.numbers < (8, 3, 0)

    @property
    def has_device_type(self) -> bool:
        """Whether that list includes devType (G§4)."""
        return not self.legacy and self.numbers != (4, 2, 33)

    @property
    def ghost_channel(self) -> bool:
        """Whether the unused third channel of the net CT repeats the storage CT's second (G§9 rule 4)."""
        return (8, 2, 127) <= self.numbers <= (8, 2, 4286)

    @property
    def extra_reading(self) -> bool:
        """Whether the readings end with an all-zero element that belongs to no meter (G§9 rule 2)."""
        return self.numbers >= (8, 3, 1598)

    @property
    def lists_all_meters(self) -> bool:
        """Whether `/ivp/meters` lists seven meters, most of them disabled (G§8)."""
        return self.numbers == (8, 3, 1598) or self.numbers >= (8, 3, 5433)

    @property
    def zero_third_line(self) -> bool:
        """Whether split-phase entries have a third, all-zero line and a summed power factor (G§6.3)."""
        return self.lists_all_meters

    @property
    def total_is_net_with_total_ct(self) -> bool:
        """Whether the total entry repeats the net entry when the CT measures total consumption (G§6.8)."""
        return self.numbers >= (8, 3, 5433)

    @property
    def info_without_content_type(self) -> bool:
        """Whether `/info` has no Content-Type (G§1.1)."""
        return self.numbers >= (8, 3, 5169)

    @property
    def ensemble(self) -> bool:
        """Whether the endpoints of storage exist (S§1)."""
        return self.tokens

    @property
    def ensemble_refused(self) -> bool:
        """Whether they answer 401 to everyone, but for the inventory (S§1: early 7.3)."""
        return (7, 0, 0) <= self.numbers < (7, 3, 466)

    @property
    def tariff_follows(self) -> bool:
        """Whether the controller follows the stored tariff when it is written (S§28)."""
        return self.numbers < (8, 2, 4225)

    @property
    def optimizer_known(self) -> bool:
        """Whether the tariff has `opt_schedules` (S§11.1)."""
        return self.numbers >= (8, 2, 4264)

    @property
    def storage_forms(self) -> int:
        """Form of most documents of storage: 7, 8 or 9 for 8.3 (S§2, S§4, S§5)."""
        return 9 if self.numbers >= (8, 3, 0) else max(7, self.numbers[0])

    @property
    def scheduler(self) -> bool:
        """Whether `/ivp/sc/sched` exists (S§10)."""
        return self.numbers >= (8, 3, 6086)
