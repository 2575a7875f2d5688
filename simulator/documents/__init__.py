"""The gateway's answers, one file for each endpoint or two."""

from typing import Any

type Document = Any
"""Parsed JSON of any shape; faults edit it before it is sent."""
