"""A profile of the hour by samples: nearly no distortion, and waiting left out.

`python -m benchmarks.one_run enphase_iq_gateway --profile-to FILE` writes each function with its share of the samples.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
import signal
from types import CodeType, FrameType

# Often enough for some thousand samples in an hour that costs some hundred milliseconds.
_SAMPLE_S = 0.0002
_LINES = 150


@contextmanager
def profiled(path: Path) -> Iterator[None]:
    """Write where the processor was in between, and on whose behalf."""
    on_stack: Counter[str] = Counter()
    on_top: Counter[str] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        # Waiting for the gateway costs nothing.
        if frame is not None and not frame.f_code.co_qualname.endswith("Selector.select"):
            on_top[_name(frame.f_code)] += 1
            seen = set()
            while frame is not None:
                seen.add(_name(frame.f_code))
                frame = frame.f_back
            on_stack.update(seen)
        # Only now: on a slow machine the next sample would come before this one is taken, and so on.
        signal.setitimer(signal.ITIMER_REAL, _SAMPLE_S)

    signal.signal(signal.SIGALRM, sample)
    signal.setitimer(signal.ITIMER_REAL, _SAMPLE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        total = max(on_top.total(), 1)
        path.write_text(
            f"{total} samples\n   with   alone\n"
            + "".join(
                f"{count / total:7.1%} {on_top[name] / total:7.1%}  {name}\n"
                for name, count in on_stack.most_common(_LINES)
            )
        )


@cache
def _name(code: CodeType) -> str:
    return f"{'/'.join(Path(code.co_filename).parts[-2:])}:{code.co_qualname}"
