"""The arrays whose panels are compared: those of the layout, else those with the same shape of the day."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, tzinfo
from itertools import pairwise
from statistics import median
from typing import Final

from .comparison import Watts
from .layout import Layout

_BEST_DAYS: Final = 5
# On simulated roofs, planes that face 90° apart are never mixed; planes 30° apart are on one roof of four.
_GAP_HOURS: Final = 0.35

type _Energies = dict[date, float]
"""Sums of the hours by local day."""


def arrays_of(watts: Watts, serials: Iterable[str], layout: Layout | None, zone: tzinfo) -> list[list[str]]:
    """Return the serials by array of the layout, then those without a place in it by the shape of their day."""
    places = {} if layout is None else layout.panels
    arrays: dict[str, list[str]] = defaultdict(list)
    others = []
    for serial in serials:
        if serial in places:
            arrays[places[serial].array].append(serial)
        else:
            others.append(serial)
    return [*arrays.values(), *propose_arrays(watts, others, zone)]


def propose_arrays(watts: Watts, serials: Collection[str], zone: tzinfo) -> list[list[str]]:
    """Return groups of panels, split where the noon of two neighbors differs: one plane of the roof has one noon.

    The noon of a panel is the mean hour of its energy on the five days with the most energy of all panels. Panels
    without power have none and belong to the largest group.
    """
    energies: dict[str, _Energies] = {}
    moments: dict[str, _Energies] = {}
    site: _Energies = defaultdict(float)
    for serial in serials:
        energies[serial], moments[serial] = defaultdict(float), defaultdict(float)
        for start, power_w in watts.get(serial, {}).items():
            local = datetime.fromtimestamp(start, zone)
            energies[serial][local.date()] += power_w
            moments[serial][local.date()] += power_w * (local.hour + local.minute / 60)
            site[local.date()] += power_w
    best = sorted(site, key=lambda day: site[day])[-_BEST_DAYS:]
    noons = {
        serial: median(found)
        for serial in serials
        if (found := [moments[serial][day] / energies[serial][day] for day in best if energies[serial][day]])
    }
    groups = _split(noons)
    largest = max(groups, key=len, default=[])
    without_noon = [serial for serial in serials if serial not in noons]
    return [[*group, *without_noon] if group is largest else group for group in groups]


def _split(noons: dict[str, float]) -> list[list[str]]:
    """Return the serials in groups without a gap between their noons."""
    ordered = sorted(noons, key=lambda serial: noons[serial])
    groups = [ordered[:1]] if ordered else []
    for before, serial in pairwise(ordered):
        if noons[serial] - noons[before] > _GAP_HOURS:
            groups.append([])
        groups[-1].append(serial)
    return groups
