"""Power that the house consumes."""

from math import exp

from .sunlight import Noise

_PULSE_S = 1200  # large appliances run for twenty minutes
_PHASE_SHARES = {1: (1.0,), 2: (0.55, 0.45), 3: (0.5, 0.3, 0.2)}


def load(at: float, hour: float, phases: int, noise: Noise) -> list[float]:
    """Return the load of each phase in W at an epoch, which is `hour` hours after local midnight."""
    morning = 300.0 * exp(-(((hour - 7.5) / 1.3) ** 2))
    evening = 550.0 * exp(-(((hour - 19.0) / 2.3) ** 2))
    common = (180.0 + morning + evening) * (0.6 + 0.8 * noise(at / 1800 + 999))
    loads = [common * share for share in _PHASE_SHARES[phases]]
    minute = int(at // 60)
    if minute % 50 < 18:  # the fridge
        loads[-1] += 95.0
    pulse = int(at // _PULSE_S)
    if 7.0 < hour < 22.5 and noise.step(pulse * 7) > 0.88:
        loads[pulse % phases] += 900.0 + 1500.0 * noise.step(pulse * 13)
    return loads
