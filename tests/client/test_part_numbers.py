"""Names of gateway models."""

from dataclasses import replace

import pytest

from custom_components.enphase_iq_gateway.client.part_numbers import model_name
from tests.support.models import info


@pytest.mark.parametrize(
    ("part_number", "has_meter", "name"),
    [
        pytest.param("800-00554-r04", True, "IQ Gateway Metered (X-IQ-AM1-240-2)", id="the number with its revision"),
        pytest.param("800-00554-r03", True, "Envoy-S Metered (ENV-S-WM-230)", id="the number alone"),
        pytest.param("800-00069-r05", None, "Envoy-R", id="a legacy gateway"),
        pytest.param("800-99999-r01", True, "IQ Gateway Metered", id="unknown, with metering hardware"),
        pytest.param("800-99999-r01", False, "IQ Gateway Standard", id="unknown, without"),
        pytest.param(None, None, "Envoy", id="nothing known"),
    ],
)
def test_a_gateway_is_named_by_part_number(*, part_number: str | None, has_meter: bool | None, name: str) -> None:
    """An unknown number is no error (G§1.4)."""
    assert model_name(replace(info(has_meter=has_meter), part_number=part_number)) == name
