"""The layout of the panels in Enphase's cloud: an array for each plane of the roof."""

from math import ceil, hypot, sqrt

from .inverter_reports import Inverter
from .panels import Plane
from .simulated_gateway import Simulator

_WIDTH, _HEIGHT = 106, 205  # of a panel, with a gap


def layout_document(simulator: Simulator) -> dict[str, object]:
    """Return the document with the places of all inverters; those of modules are on the roof, as of the arrays."""
    planes: dict[Plane, list[Inverter]] = {}
    for inverter in simulator.world.inverters.values():
        if inverter.active:
            planes.setdefault(inverter.plane, []).append(inverter)
    arrays: list[dict[str, object]] = []
    edge = 0
    for plane, inverters in planes.items():
        columns = ceil(sqrt(2 * len(inverters)))
        rows = ceil(len(inverters) / columns)
        # Half of its diagonal is the room that an array needs, however it is turned.
        half = ceil(hypot(columns * _WIDTH, rows * _HEIGHT) / 2)
        arrays.append(
            {
                "array_id": 501 + len(arrays),
                "label": f"{plane.name} roof",
                "x": edge + half,
                "y": 0,
                "azimuth": plane.azimuth,
                "modules": _modules(len(arrays), edge + half, inverters, columns),
            }
        )
        edge += 2 * half
    return {
        "system_id": 1_000_001,
        "rotation": 0,
        "dimensions": {"x_min": 0, "x_max": edge, "y_min": -edge // 2, "y_max": edge // 2},
        "arrays": arrays,
        "haiku": "Five panels in May",
        "has_iq8d": False,
    }


def _modules(array: int, center: int, inverters: list[Inverter], columns: int) -> list[dict[str, object]]:
    rows = ceil(len(inverters) / columns)
    return [
        {
            "module_id": 9001 + 1000 * array + index,
            "rotation": 0,
            "x": round(center + (index % columns - (columns - 1) / 2) * _WIDTH),
            "y": round((index // columns - (rows - 1) / 2) * _HEIGHT),
            "inverter": {"inverter_id": 7001 + 1000 * array + index, "serial_num": inverter.serial},
        }
        for index, inverter in enumerate(inverters)
    ]
