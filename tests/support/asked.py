"""A gateway that has every endpoint, and keeps account of what it is asked."""

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
BUSY, MISSING, NOT_FOR_US = reply(b"", 503), reply(b"", 404), reply(b"", 401)
FULL = reply(answers.body(answers.device_data(answers.device(), deviceDataLimit=1)))


class Asked:
    """A gateway at the end of a real socket, and what it was asked."""

    def __init__(self, device: Device, gateway: Gateway) -> None:
        """Take both ends."""
        self.device = device
        self.gateway = gateway

    def answers(self, changes: dict[Endpoint[object], Reply]) -> None:
        """Answer some endpoints otherwise."""
        self.device.replies.update({endpoint.path: answer for endpoint, answer in changes.items()})

    @property
    def endpoints(self) -> list[str]:
        """Which paths were asked for, but `/info`."""
        return [path for path in self.device.paths if path != "/info"]


def paths(*endpoints: Endpoint[object]) -> list[str]:
    """Give the paths of endpoints."""
    return [endpoint.path for endpoint in endpoints]
