"""Record the answers of a gateway, redacted so that they can be published.

The answers are named like the files of a capture: written to a folder, the simulator can replay this gateway.
"""

import asyncio
from dataclasses import dataclass
import re
from time import monotonic
from typing import Final

from .endpoints import (
    DEVICE_DATA,
    ENSEMBLE_INVENTORY,
    INFO,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
)
from .exceptions import GatewayError
from .gateway import Gateway
from .redaction import Scrubber
from .site.storage_site import StorageSite, storage_plan

_ENDPOINTS: Final = (INFO, METERS, READINGS, PRODUCTION_SUMMARY, DEVICE_DATA, INVERTER_LIST)
# The slow report last, so that it delays no other answer (G§13.4).
_SLOW: Final = (REPORT, REPORT_DETAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """The redacted answers of one gateway."""

    answers: dict[str, object]
    """JSON documents, and the XML of `/info` as text, by file name."""
    unanswered: dict[str, str]
    """The reasons why others are missing, by path."""


async def record(gateway: Gateway, scrubber: Scrubber, *, storage: StorageSite, limit_s: float) -> Capture:
    """Read every endpoint that the site may need within the time limit."""
    capture = Capture(answers={}, unanswered={})
    end = monotonic() + limit_s
    storage_paths = sorted({endpoint.path for endpoint in storage_plan(storage)} | {ENSEMBLE_INVENTORY.path})
    paths = [*(endpoint.path for endpoint in _ENDPOINTS), *storage_paths, *(endpoint.path for endpoint in _SLOW)]
    for path in paths:
        left_s = end - monotonic()
        if left_s <= 0:
            capture.unanswered[path] = "no time left"
            continue
        try:
            body = await gateway.read_raw(path, timeout_s=left_s)
            # Not in the event loop: an answer of the largest size takes seconds.
            answer = await asyncio.to_thread(scrubber.answer, body)
            capture.answers[re.sub(r"[/?=&]", "_", path.strip("/"))] = answer
        except GatewayError as error:
            capture.unanswered[path] = scrubber.text(str(error))
        except ValueError, RecursionError:
            capture.unanswered[path] = f"{len(body)} bytes in an unexpected format"
    return capture
