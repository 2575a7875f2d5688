"""A string whose value never appears in logs or reprs."""

from typing import final, override


@final
class Secret:
    """A password, token or cookie that no log line, error or diagnostics document can contain by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Set the secret text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the code that sends or stores it."""
        return self._text

    @override
    def __repr__(self) -> str:
        return "Secret(***)"

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    @override
    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        """Return whether the text is not empty."""
        return bool(self._text)

    @override
    def __reduce__(self) -> str | tuple[object, ...]:
        msg = "a secret cannot be copied or stored: use reveal() where its text is needed"
        raise TypeError(msg)
