"""Errors of the forms."""

from ..client import AddressError, GatewayError
from ..errors import Explanation, explain


def form_error(error: GatewayError | AddressError) -> Explanation:
    """Return the translation key of an error below `config.error`, and its placeholders."""
    return (f"address_{error.problem}", {}) if isinstance(error, AddressError) else explain(error)
