"""The documents of the gateway's endpoints."""

from typing import Any

type Document = Any
"""Parsed JSON of any shape."""
