"""The counters of a simulated gateway as it sends them without faults."""

from dataclasses import dataclass, field

from custom_components.enphase_iq_gateway.client.site.documents import Documents
from custom_components.enphase_iq_gateway.client.site.measure import measure
from custom_components.enphase_iq_gateway.client.site.site import PollGroup, Site
from custom_components.enphase_iq_gateway.counters.key import (
    COUNTERS_OF,
    CounterField,
    CounterKey,
    FlowCounter,
    InverterCounter,
)
from custom_components.enphase_iq_gateway.counters.origin import Origin


@dataclass(kw_only=True)
class Truth:
    """The counters as the gateway has sent them without faults."""

    site: Site
    last: dict[CounterKey, float] = field(default_factory=dict[CounterKey, float])

    def read(self, documents: Documents, at: float) -> None:
        """Measure the documents."""
        for group in PollGroup:
            snapshot = measure(self.site, group, documents, at)
            values: dict[CounterKey, float | None] = {
                FlowCounter(flow, counter, phase): counter.read(measured)
                for flow, measurements in snapshot.flows.items()
                for phase, measured in enumerate(measurements)
                for counter in CounterField
            }
            for serial, inverter in snapshot.inverters.items():
                values[InverterCounter(serial)] = inverter.energy_lifetime_wh
            self.last |= {key: value for key, value in values.items() if value is not None}

    def value(self, key: CounterKey, origin: Origin | None) -> float | None:
        """Return the value of a counter that comes from an origin, None where that is not what was read here."""
        sources = {
            self.site.sources.get((key.flow, quantity))
            for quantity, counters in COUNTERS_OF.items()
            if isinstance(key, FlowCounter) and key.field in counters
        }
        if origin is not None and origin.source not in sources:
            return None
        return self.last.get(key)
