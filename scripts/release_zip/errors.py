"""The error of a release."""


class ReleaseError(Exception):
    """An error whose message is shown to the user at the terminal."""
