"""A gateway that has every endpoint and records the requests."""

from custom_components.enphase_iq_gateway.client.endpoints import (
    DEVICE_DATA,
    INVERTER_LIST,
    METERS,
    PRODUCTION_SUMMARY,
    READINGS,
    REPORT,
    REPORT_DETAILED,
    Endpoint,
)
from custom_components.enphase_iq_gateway.client.gateway import Gateway

from . import answers
from .device import Device, Reply, reply

ANSWERS: dict[Endpoint[object], Reply] = {
    METERS: reply(answers.body([answers.meter(), answers.meter(eid=1002, measurementType="net-consumption")])),
    READINGS: reply(answers.body([answers.reading(), answers.reading(eid=1002)])),
    PRODUCTION_SUMMARY: reply(answers.body(answers.production_summary())),
    DEVICE_DATA: reply(answers.body(answers.device_data(answers.device()))),
    INVERTER_LIST: reply(answers.body([answers.listed_inverter()])),
    REPORT_DETAILED: reply(answers.body(answers.report())),
    REPORT: reply(answers.body(answers.report())),
}
BUSY, MISSING, CLOSED = reply(b"", 503), reply(b"", 404), reply(b"", 401)
FULL = reply(answers.body(answers.device_data(answers.device(), deviceDataLimit=1)))


class FullGateway:
    """A gateway at the end of a real socket, and its client."""

    def __init__(self, device: Device, client: Gateway) -> None:
        self.device = device
        self.client = client

    def replace_answers(self, changes: dict[Endpoint[object], Reply]) -> None:
        """Replace the answers of some endpoints."""
        self.device.replies.update({endpoint.path: answer for endpoint, answer in changes.items()})

    @property
    def requested(self) -> list[str]:
        """The paths that were requested, without `/info`."""
        return [path for path in self.device.paths if path != "/info"]


def paths(*endpoints: Endpoint[object]) -> list[str]:
    """Return the paths of endpoints."""
    return [endpoint.path for endpoint in endpoints]
