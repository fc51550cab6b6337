"""Measures the rules for time expressions and speakers against labels made by hand.

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

SPLITS = ("dev", "held")


@dataclass(frozen=True, slots=True)
class Proportion:
    """A count out of a total, with its value and Wilson interval."""

    count: int
    total: int

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % score interval (1927)."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        margin = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return centre - margin, centre + margin

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.count} of {self.total})"


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """An article of the labels: its raw text and day of publication."""

    text: str
    published: When | None


def _read_labels(
    folder: Path, name: str, split: str, found: Mapping[str, LabelledArticle]
) -> list[dict[str, Any]]:
    """Labels of one split about articles that are at hand."""
    path = folder / f"{name}.jsonl"
    try:
        labels = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [x for x in labels if x["split"] == split and x["article"] in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path} cannot be read as labels ({error}).") from error


# -- dates ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DateAccuracy:
    """Accuracy of resolved dates, and each error in words."""

    resolved: Proportion
    correct: Proportion
    errors: tuple[str, ...]


def date_accuracy(found: Mapping[str, LabelledArticle], split: str, folder: Path) -> DateAccuracy:
    """The rules for dates against the labels of one split."""
    given = right = resolved = 0
    labels = _read_labels(folder, "time_expressions", split, found)
    errors: list[str] = []
    for window in _read_labels(folder, "windows", split, found):
        article = found[window["article"]]
        own = [label for label in labels if label["article"] == window["article"]]
        matched: set[int] = set()
        for expression in find_time_expressions(article.text, article.published):
            if not window["start"] <= expression.start < window["end"]:
                continue
            label = next((x for x in own if _overlap(x, expression)), None)
            if label:
                matched.add(label["offset"])
            if expression.first is None:
                continue
            days = (str(expression.first), str(expression.last))
            correct = label is not None and days == (label["first"], label["last"])
            given += 1
            resolved += bool(label and label["first"])
            right += correct
            if not correct:
                errors.append(_describe_date_error(article, expression, label))
        errors += [f"missed {x['phrase']!r} {x['first']}" for x in own
                   if x["first"] and x["offset"] not in matched]  # fmt: skip
    dated = sum(label["first"] is not None for label in labels)
    return DateAccuracy(Proportion(resolved, dated), Proportion(right, given), tuple(errors))


def _overlap(label: dict[str, Any], expression: TimeExpression) -> bool:
    start = label["offset"]
    return bool(expression.start < start + len(label["phrase"]) and start < expression.end)


def _describe_date_error(
    article: LabelledArticle, expression: TimeExpression, label: dict[str, Any] | None
) -> str:
    around = article.text[max(0, expression.start - 60) : expression.end + 40].replace("\n", " ")
    meant = f"{label['first']}..{label['last']}" if label else "no expression"
    given = f"{expression.phrase!r} {expression.first}..{expression.last}"
    return f"{expression.rule}: {given}, meant {meant} | {around}"


# -- speakers -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeakerAccuracy:
    """Accuracy of speakers, and each error in words."""

    precision: Proportion
    recall: Proportion
    errors: tuple[str, ...]


def speaker_accuracy(
    found: Mapping[str, LabelledArticle], split: str, folder: Path
) -> SpeakerAccuracy:
    """The rules for speakers against the labels of one split."""
    given = right = present = 0
    errors: list[str] = []
    cache: dict[str, tuple[Statement, ...]] = {}
    for label in _read_labels(folder, "speakers", split, found):
        text = found[label["article"]].text
        if label["article"] not in cache:
            cache[label["article"]] = find_statements(text)
        said = list(_overlapping_statements(cache[label["article"]], label))
        speaker = label["speaker"]
        hit = bool(said and speaker) and any(same_name(s.speaker, speaker) for s in said)
        present, given, right = present + bool(speaker), given + bool(said), right + hit
        if bool(said) != bool(speaker) or (said and not hit):
            speakers = "; ".join(s.speaker for s in said)
            sentence = text[label["offset"] : label["offset"] + label["length"]]
            errors.append(f"said by {speakers or None!r}, meant {speaker!r} | {sentence[:230]}")
    return SpeakerAccuracy(Proportion(right, given), Proportion(right, present), tuple(errors))


def _overlapping_statements(
    found: tuple[Statement, ...], label: dict[str, Any]
) -> Iterator[Statement]:
    end = label["offset"] + label["length"]
    return (s for s in found if s.start < end and label["offset"] < s.end)


def same_name(given: str, labelled: str) -> bool:
    """Whether one of the label's names is the given one, or either contains the other."""
    own = _normalised_name(given)
    return any(
        f" {other} " in f" {own} " or f" {own} " in f" {other} "
        for other in map(_normalised_name, labelled.split("/"))
    )


def _normalised_name(name: str) -> str:
    words = name.lower().replace("’", "'").replace("'s", "").replace(".", "").split()
    return " ".join(word for word in words if word not in ("the", "a", "an", "us"))


def read_labelled_articles(corpus: Path) -> dict[str, LabelledArticle]:
    """Articles of JSON lines with ``id``, ``text``, ``publish_date``. Raises EvaluationError."""
    found = {}
    try:
        with corpus.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found[str(row["id"])] = LabelledArticle(
                    row["text"], parse_date(row.get("publish_date"))
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            f"{corpus} cannot be read: expected JSON lines with id, text, publish_date ({error})."
        ) from error
    return found


def accuracy_table(
    found: Mapping[str, LabelledArticle], folder: Path, errors: str | None = None
) -> str:
    """Both tables as text, by split; ``errors`` names a split whose errors are listed too."""
    lines = ["dates      resolved                           correct"]
    for split in SPLITS:
        dates = date_accuracy(found, split, folder)
        lines.append(f"  {split:5}    {dates.resolved!s:34} {dates.correct}")
        lines += dates.errors if errors == split else ()
    lines.append("speakers   precision                          recall")
    for split in SPLITS:
        speakers = speaker_accuracy(found, split, folder)
        lines.append(f"  {split:5}    {speakers.precision!s:34} {speakers.recall}")
        lines += speakers.errors if errors == split else ()
    return "\n".join(lines)
