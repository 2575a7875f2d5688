"""Keeping the processor awake while something is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import struct

# The kernel's list of who needs a processor that answers at once: 0 us leaves it no sleep, as long as the file is open.
_LATENCY: Path = Path("/dev/cpu_dma_latency")


@contextmanager
def kept_awake() -> Iterator[bool]:
    """Let no processor sleep; tell whether that was possible, which takes Linux and root.

    A processor that sleeps between a request and its answer begins each time with cold caches: on a shared host the
    same work then takes twice as long, or not, by what the neighbours do.
    """
    try:
        with _LATENCY.open("wb", buffering=0) as latency:
            latency.write(struct.pack("i", 0))
            yield True
    except OSError:
        yield False
