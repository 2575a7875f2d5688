"""What stays in memory, by tracemalloc: exact, but too slow to measure processor time beside it."""

import gc
import tracemalloc


class Memory:
    """Counts what is allocated from now on and kept."""

    def __init__(self) -> None:
        """Begin."""
        gc.collect()
        tracemalloc.start()

    def grown(self) -> int:
        """Bytes that are still held."""
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        return held
