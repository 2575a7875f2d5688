"""Known faults of the firmware: each belongs to the versions in which it was seen (G§13.4, S§36)."""

from awesomeversion import AwesomeVersion
import pytest

from custom_components.enphase_iq_gateway.client.firmware import FirmwareFault, known_faults


@pytest.mark.parametrize(
    ("firmware", "faults"),
    [
        ("3.9.36", ()),
        ("7.6.174", ()),
        ("7.6.175", (FirmwareFault.SLOW_REPORT,)),
        ("7.6.358", ()),
        ("8.2.4264", (FirmwareFault.BATTERIES_LOSE_CONTACT,)),
        ("8.2.4382", (FirmwareFault.BATTERY_CAPACITY,)),
        ("8.3.1598", (FirmwareFault.STALE_COLLAR,)),
        ("8.3.5527", ()),
        ("8.3.5528", (FirmwareFault.CT_INTERRUPTED,)),
        ("8.3.6000", (FirmwareFault.CT_INTERRUPTED, FirmwareFault.STORAGE_CT_CHANNEL)),
        (
            "8.3.6086",
            (FirmwareFault.CT_INTERRUPTED, FirmwareFault.STORAGE_CT_CHANNEL, FirmwareFault.FROZEN_LIVE_DATA),
        ),
        ("9.0.1", (FirmwareFault.CT_INTERRUPTED, FirmwareFault.STORAGE_CT_CHANNEL)),
    ],
)
def test_a_firmware_has_the_faults_of_its_version(firmware: str, faults: tuple[FirmwareFault, ...]) -> None:
    assert known_faults(AwesomeVersion(firmware)) == faults
