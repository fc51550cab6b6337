"""Names what is missing when the optional dependencies of evaluation are not installed.

The extra ``eval`` brings ir-measures (ranking measures), matplotlib (plots) and llama-index's
Chroma store (the systems compared with). What can be measured without them is.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from qa.errors import EvaluationError

INSTALL = "pip install -c constraints.txt '.[eval]'"


@cache
def has_module(name: str) -> bool:
    """Whether a module can be imported; one that is installed and broken cannot."""
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def require_extra(module: str, purpose: str) -> None:
    """Raise EvaluationError, which says what to install, when the module is missing.

    ``purpose`` is what needs it, as the beginning of a sentence in the plural.
    """
    if not has_module(module):
        raise EvaluationError(f"{purpose} need the extra eval: {INSTALL}")


def left_out() -> dict[str, str]:
    """What an evaluation goes on without, by the name of the missing package."""
    optional = {"ir_measures": "retrieval measures", "matplotlib": "plots"}
    return {name: what for name, what in optional.items() if not has_module(name)}


def left_out_notice() -> str:
    """One line that says what is left out and how to install it; empty when nothing is."""
    missing = left_out()
    if not missing:
        return ""
    parts = " and ".join(missing.values())
    return f"Without {parts}, which need the extra eval: {INSTALL}"
