"""Says what to install when the optional dependencies of evaluation are missing.

The extra ``eval`` brings ir-measures (retrieval measures), matplotlib (plots) and llama-index's
Chroma store (the systems compared with). What can be measured without them still is.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from qa.errors import EvaluationError

INSTALL = "pip install -c constraints.txt '.[eval]'"

_OPTIONAL = {"ir_measures": "retrieval measures", "matplotlib": "plots"}
"""What an evaluation goes on without, by the module that it needs."""


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


def left_out_notice(*modules: str) -> str:
    """One line that says what is left out for lack of these modules (default: all optional ones)
    and what to install; empty when nothing is left out."""
    missing = [_OPTIONAL[name] for name in modules or _OPTIONAL if not has_module(name)]
    if not missing:
        return ""
    return f"Left out: {' and '.join(missing)}, which need the extra eval: {INSTALL}"
