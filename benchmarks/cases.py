"""What `compare.py` measures: the cases, and the result of one process."""

from dataclasses import asdict, dataclass, field, replace
import json
from typing import Final, Literal, Self

OURS: Final = "enphase_iq_gateway"
THEIRS: Final = "enphase_envoy"
THEIR_INTERVAL_S = 60
"""The update interval of `enphase_envoy`, which is fixed."""
DEVICE_LIMIT = 50
"""Devices that `/ivp/pdm/device_data` lists at most (G§5.1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An integration with its gateways, measured in a process of its own."""

    integration: Literal["enphase_iq_gateway", "enphase_envoy"] = OURS
    measure: Literal["hours", "day", "memory"] = "hours"
    """CPU and requests of some hours, database rows of a day, or memory after set-up."""
    inverters: int
    gateways: int = 1
    all_entities: bool = False
    """Whether the entities disabled by default are enabled too."""
    interval_s: int | None = THEIR_INTERVAL_S
    """Update interval; None is the integration's default."""
    device_limit: int = DEVICE_LIMIT
    profile: str = "metered_net_three_phase"
    """The kind of gateway, a profile of the simulator."""
    batteries: bool = True
    """Whether the site has the batteries of the profile, and the devices around them."""

    @property
    def theirs(self) -> Case:
        """The same case with `enphase_envoy`."""
        return replace(self, integration=THEIRS, interval_s=THEIR_INTERVAL_S)

    def to_json(self) -> str:
        """Return the case as the argument of another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, document: str) -> Self:
        """Return the case of `to_json`."""
        return cls(**json.loads(document))


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one process has measured; empty or 0 where its case does not measure it."""

    setup_cpu_ms: float
    entities: int
    cpu_ms_per_minute: list[float] = field(default_factory=list)
    """One value for every quarter of an hour."""
    requests_per_hour: float = 0.0
    bytes_per_hour: float = 0.0
    """Bytes in the bodies of the gateway's answers."""
    handshakes_per_hour: float = 0.0
    unchanged_writes_per_hour: int = 0
    """State writes that changed neither the state nor an attribute."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows added in a day to each table of the recorder's database."""
    rows_by_entity: dict[str, int] = field(default_factory=dict)
    """Rows of the table `states` added in a day for each entity."""
    memory_bytes: int = 0
    """Allocated by Python since before set-up and still held."""

    @classmethod
    def from_json(cls, document: str) -> Self:
        """Return the result a process has printed."""
        return cls(**json.loads(document))
