"""The generator: it warms up, feeds the house and cools down."""

from dataclasses import dataclass, replace

from .hardware import GeneratorModel

OFF, ON, AUTO = "off", "on", "auto"
MODES = {OFF: 0, ON: 1, AUTO: 2}
"""Number of each command in `admin_mode` (S§8.1)."""


@dataclass(frozen=True, slots=True)
class Generator:
    """State of a generator."""

    command: str = AUTO
    engine: bool = False
    """Whether the engine runs, warming up, feeding or cooling down."""
    closed: bool = False
    """Whether its relay is closed, so that it feeds the house."""

    def start(self, model: GeneratorModel) -> list[tuple[float, Generator]]:
        """Return what happens on a start."""
        return [
            (0.0, replace(self, engine=True)),
            (60.0 * model.warm_up_min, replace(self, engine=True, closed=True)),
        ]

    def stop(self, model: GeneratorModel) -> list[tuple[float, Generator]]:
        """Return what happens on a stop."""
        return [
            (0.0, replace(self, engine=True, closed=False)),
            (60.0 * model.cool_down_min, replace(self, engine=False, closed=False)),
        ]
