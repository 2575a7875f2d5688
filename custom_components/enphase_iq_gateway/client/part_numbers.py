"""The product names of gateways, inverters and storage by part number (G§1.4, S§32). Unknown numbers are no error."""

from collections.abc import Mapping
from typing import Final

from .models import Info

_METERED_EU: Final = "Envoy-S Metered (ENV-S-WM-230)"
_STANDARD_EU: Final = "Envoy-S Standard (ENV-S-WB-230)"

# Revisions of one base number can be different products, so the number with its revision is looked up first.
_MODELS: Final[Mapping[str, str]] = {
    "800-00069": "Envoy-R",
    "800-00240": "Envoy-C",
    "800-00547": "Envoy-S Metered",
    "800-00551": "Envoy-S Standard",
    "800-00551-r03": "Envoy-S Standard (X-IQ-AM1-120-B-M)",
    "800-00552": _METERED_EU,
    "800-00553": _STANDARD_EU,
    "800-00554": _METERED_EU,
    "800-00554-r04": "IQ Gateway Metered (X-IQ-AM1-240-2)",
    "800-00554-r05": "IQ Gateway Metered (X-IQ-AM1-240-2-M)",
    "800-00554-r07": "IQ Gateway Metered (X-IQ-AM1-240-3C-ES)",
    "800-00555": "IQ Gateway Metered (X-IQ-AM1-240-3)",
    "800-00556": "IQ Combiner 3C (X-IQ-AM1-240-3C)",
    "800-00557": "IQ Gateway Metered (X-IQ-AM1-240-BM)",
    "800-00647": "IQ Gateway Metered",
    "800-00649": "IQ System Controller INT",
    "800-00654": _METERED_EU,
    "800-00655": "IQ Gateway Metered (X-IQ-AM1-240-3-ES)",
    "800-00656": _STANDARD_EU,
    "800-00664": _METERED_EU,
    "800-02409": "IQ Combiner 6",
}

_INVERTER_MODELS: Final[Mapping[str, str]] = {
    "800-00630": "IQ7-60-2-INT",
    "800-00631": "IQ7PLUS-72-2-INT",
    "800-00632": "IQ7X",
    "800-00633": "IQ7A",
    "800-01127": "IQ7A",
    "800-01131": "IQ8",
    "800-01135": "IQ7XS",
    "800-01359": "IQ8+",
    "800-01361": "IQ8M",
    "800-01391": "IQ8HC",
    "800-01395": "IQ8AC",
    "800-01396": "IQ8MC",
    "800-01736": "IQ7PLUS-72-M-INT",
}

_STORAGE_MODELS: Final[Mapping[str, str]] = {
    "800-00930": "AC Battery",
    "800-02403": "IQ Combiner 6C",
    "830-00703": "IQ Battery 3/10",
    "830-00750": "IQ Battery 3/10",
    "830-01760": "IQ Battery 3T/10T",
    "836-00500": "IQ Battery 5P FlexPhase",
    "836-00502": "IQ Battery 5P FlexPhase",
    "836-00750": "IQ Battery 3/10",
    "836-01250": "IQ Battery 10C",
    "836-01826": "IQ Battery 5P",
    "839-01926": "IQ Battery 5P",
    "860-00276": "IQ System Controller",
    "860-00376": "IQ System Controller",
    "860-01801": "IQ System Controller 3 INT",
    "861-01381": "IQ System Controller 2",
    "865-00377": "IQ System Controller 3",
    "865-00378": "IQ System Controller 3",
    "865-00400": "IQ Meter Collar",
}


def inverter_model_name(part_number: str) -> str | None:
    """Return the model of an inverter, None for an unknown part number; the revision does not matter (G§1.4)."""
    return _INVERTER_MODELS.get(_without_revision(part_number))


def storage_model_name(part_number: str) -> str | None:
    """Return the model of a battery or of a device around it, None for an unknown part number."""
    return _STORAGE_MODELS.get(_without_revision(part_number))


def _without_revision(part_number: str) -> str:
    return part_number.rpartition("-r")[0] or part_number


def model_name(info: Info) -> str:
    """Return the product name by part number with revision, by part number, else by the metering hardware."""
    number = info.part_number or ""
    for known in (number, _without_revision(number)):
        if (name := _MODELS.get(known)) is not None:
            return name
    match info.has_meter:
        case True:
            return "IQ Gateway Metered"
        case False:
            return "IQ Gateway Standard"
        case _:
            return "Envoy"
