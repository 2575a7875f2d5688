"""Convert unexpected exceptions, so that only a `GatewayError` leaves the client, whatever a device sends."""

from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from ..exceptions import GatewayError, GatewayResponseError


class OnlyGatewayErrors:
    """Context in which any exception of another kind becomes a `GatewayResponseError` of one path."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Replace an exception; the message has its kind and place only, because its text may quote a secret."""
        if isinstance(error, Exception) and not isinstance(error, GatewayError):
            place = extract_tb(traceback)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            raise GatewayResponseError(self._path, f"{type(error).__name__} in {where}, expected an answer") from None
