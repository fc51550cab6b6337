"""Builds frozen records again from the plain JSON values that ``qa.records.to_json`` makes of them.

    Answer -> to_dict() -> JSON -> record_from_json(Answer, ...) -> an equal Answer

Values are checked against the types of the fields; what a record does not know is passed over.
Knows nothing about where the JSON was kept.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")


def record_from_json(kind: type[Record], values: object) -> Record:
    """The record whose JSON values these are. Raises ValueError when they do not fit."""
    try:
        found: Record = _built(kind, values)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"this is no {kind.__name__}: {error}") from error
    return found


def _built(wanted: Any, value: Any) -> Any:
    origin, inside = get_origin(wanted), get_args(wanted)
    if dataclasses.is_dataclass(wanted):
        return _record(wanted, value)
    if origin in (Union, types.UnionType):
        return _first_that_fits(inside, value)
    if origin is tuple:
        return _tuple(inside, value)
    if origin is Literal:
        return value if value in inside else _misfit(wanted, value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _built(inside[1], one) for key, one in _fitting(dict, value).items()}
    if wanted in (date, datetime):
        return wanted.fromisoformat(_fitting(str, value))
    if wanted is float and type(value) is int:
        return float(value)
    return _fitting(wanted, value)


def _record(kind: Any, value: Any) -> Any:
    values, hints = _fitting(dict, value), _field_types(kind)
    return kind(**{name: _built(hints[name], values[name]) for name in hints if name in values})


@cache
def _field_types(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _first_that_fits(kinds: tuple[Any, ...], value: Any) -> Any:
    for kind in kinds:
        try:
            return _built(kind, value)
        except (TypeError, ValueError):
            continue
    return _misfit(Union[kinds], value)  # noqa: UP007, made at run time


def _tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    items = _fitting(list, value)
    if kinds[-1] is Ellipsis:
        return tuple(_built(kinds[0], item) for item in items)
    if len(items) != len(kinds):
        _misfit(kinds, value)
    return tuple(_built(kind, item) for kind, item in zip(kinds, items, strict=True))


def _fitting(kind: Any, value: Any) -> Any:
    return value if type(value) is kind else _misfit(kind, value)


def _misfit(wanted: Any, value: Any) -> Any:
    raise ValueError(f"expected {wanted}, not {str(value)[:40]!r}")
