"""Reads style sheets, scripts and the icon from ``qa/interfaces/assets``.

Knows nothing about pages and requests.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_asset(name: str) -> str:
    """The text of an asset."""
    return (files("qa.interfaces") / "assets" / name).read_text(encoding="utf-8")
