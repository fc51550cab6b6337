"""The rules for time expressions and speakers against what a reader wrote down.

A folder of labels holds ``time_expressions.jsonl``, ``windows.jsonl`` (the spans that were read in
full) and ``speakers.jsonl``; tests/labels/README.md describes them. Offsets count code points of
the raw text.

Dates: *resolved* is the share of the labels with days that the rules gave days; *correct* the share
of all days given inside the windows that are exactly the label's first and last day: wrong days,
days for what names none and days for what is no expression all count against it. Speakers:
*precision* is the share of the sentences given a speaker whose speaker is the label's, *recall* the
share of the sentences with a speaker that were given the right one. Intervals: Wilson, 95 %.
Knows nothing about libraries.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.attribution.statements import Statement, find_statements
from ingest.dates.parsing import parse_date
from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from ingest.records import When
from qa.errors import EvaluationError

HALVES = ("dev", "held")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    good: int
    total: int

    @property
    def value(self) -> float:
        return self.good / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return middle - reach, middle + reach

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.good} of {self.total})"


@dataclass(frozen=True, slots=True)
class Story:
    """An article of the labels: its raw text and day of publication."""

    text: str
    published: When | None


def _of(folder: Path, name: str, half: str, found: Mapping[str, Story]) -> list[dict[str, Any]]:
    """Labels of one half about articles that are at hand."""
    path = folder / f"{name}.jsonl"
    try:
        labels = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [x for x in labels if x["split"] == half and x["article"] in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} cannot be read as labels ({error}).") from error


# -- dates ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dating:
    resolved: Share
    correct: Share
    errors: tuple[str, ...]


def dating(found: Mapping[str, Story], half: str, folder: Path) -> Dating:
    """The rules for dates against the labels of one half."""
    given = right = resolved = 0
    labels = _of(folder, "time_expressions", half, found)
    errors: list[str] = []
    for window in _of(folder, "windows", half, found):
        story = found[window["article"]]
        mine = [label for label in labels if label["article"] == window["article"]]
        matched: set[int] = set()
        for expression in find_time_expressions(story.text, story.published):
            if not window["start"] <= expression.start < window["end"]:
                continue
            label = next((x for x in mine if _overlap(x, expression)), None)
            if label:
                matched.add(label["offset"])
            if expression.first is None:
                continue
            given += 1
            resolved += bool(label and label["first"])
            hit = bool(label) and (str(expression.first), str(expression.last)) == (
                (label or {})["first"],
                (label or {})["last"],
            )
            right += hit
            if not hit:
                errors.append(_wrong(story, expression, label))
        errors += [f"missed {x['phrase']!r} {x['first']}" for x in mine
                   if x["first"] and x["offset"] not in matched]  # fmt: skip
    dated = sum(label["first"] is not None for label in labels)
    return Dating(Share(resolved, dated), Share(right, given), tuple(errors))


def _overlap(label: dict[str, Any], expression: TimeExpression) -> bool:
    start = label["offset"]
    return bool(expression.start < start + len(label["phrase"]) and start < expression.end)


def _wrong(story: Story, expression: TimeExpression, label: dict[str, Any] | None) -> str:
    around = story.text[max(0, expression.start - 60) : expression.end + 40].replace("\n", " ")
    meant = f"{label['first']}..{label['last']}" if label else "no expression"
    return f"{expression.rule}: {expression.phrase!r} {expression.first}..{expression.last}, meant {meant} | {around}"  # noqa: E501


# -- speakers -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribution:
    precision: Share
    recall: Share
    errors: tuple[str, ...]


def attribution(found: Mapping[str, Story], half: str, folder: Path) -> Attribution:
    """The rules for speakers against the labels of one half."""
    given = right = present = 0
    errors: list[str] = []
    cache: dict[str, tuple[Statement, ...]] = {}
    for label in _of(folder, "speakers", half, found):
        text = found[label["article"]].text
        if label["article"] not in cache:
            cache[label["article"]] = find_statements(text)
        said = list(_said(cache[label["article"]], label))
        speaker = label["speaker"]
        hit = bool(said and speaker) and any(same_name(s.speaker, speaker) for s in said)
        present, given, right = present + bool(speaker), given + bool(said), right + hit
        if bool(said) != bool(speaker) or (said and not hit):
            names = "; ".join(s.speaker for s in said)
            sentence = text[label["offset"] : label["offset"] + label["length"]]
            errors.append(f"said by {names or None!r}, meant {speaker!r} | {sentence[:230]}")
    return Attribution(Share(right, given), Share(right, present), tuple(errors))


def _said(found: tuple[Statement, ...], label: dict[str, Any]) -> Iterator[Statement]:
    end = label["offset"] + label["length"]
    return (s for s in found if s.start < end and label["offset"] < s.end)


def same_name(given: str, labelled: str) -> bool:
    """Whether one of the label's names is the given one, or either holds the other."""
    mine = _plain(given)
    return any(
        f" {other} " in f" {mine} " or f" {mine} " in f" {other} "
        for other in map(_plain, labelled.split("/"))
    )


def _plain(name: str) -> str:
    words = name.lower().replace("’", "'").replace("'s", "").replace(".", "").split()
    return " ".join(word for word in words if word not in ("the", "a", "an", "us"))


def stories_of(corpus: Path) -> dict[str, Story]:
    """Articles of JSON lines with ``id``, ``text``, ``publish_date``. Raises EvaluationError."""
    found = {}
    try:
        with corpus.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found[str(row["id"])] = Story(row["text"], parse_date(row.get("publish_date")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            f"{corpus} cannot be read: expected JSON lines with id, text, publish_date ({error})."
        ) from error
    return found


def table(found: Mapping[str, Story], folder: Path, errors: str | None = None) -> str:
    """Both tables as text, by half; ``errors`` names a half whose errors are listed too."""
    lines = ["dates      resolved                           correct"]
    for half in HALVES:
        dates = dating(found, half, folder)
        lines.append(f"  {half:5}    {dates.resolved!s:34} {dates.correct}")
        lines += dates.errors if errors == half else ()
    lines.append("speakers   precision                          recall")
    for half in HALVES:
        speakers = attribution(found, half, folder)
        lines.append(f"  {half:5}    {speakers.precision!s:34} {speakers.recall}")
        lines += speakers.errors if errors == half else ()
    return "\n".join(lines)
