"""A text that does not print."""

from typing import final, override


@final
class Secret:
    """Hold a password, token or cookie so that no log line, error or diagnostics document can show it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Take the text that is to be kept from sight."""
        self._text = text

    def reveal(self) -> str:
        """Give the text itself, for the one place that sends or stores it."""
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
        """Whether there is anything to hide."""
        return bool(self._text)

    @override
    def __reduce__(self) -> str | tuple[object, ...]:
        msg = "a secret is not copied or stored: reveal() it where it belongs"
        raise TypeError(msg)
