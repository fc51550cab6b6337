"""Defines the records that evaluation exchanges, frozen, and their plain JSON form.

    Case       a question and what is known about its answer
    Reply      what a system answered, in the same shape for every system
    Row        a case, its reply and its measures
    Estimate   a measure over many rows, with its interval
    Report     everything one system did on one question set

Knows nothing about systems, storage or how measures are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, TypeAdapter

from ingest.dates.parsing import parse_date
from ingest.records import When
from qa.records import Sentence, to_json

Day: TypeAlias = Annotated[When | None, BeforeValidator(parse_date)]
"""A day or an aware moment; read from text by the parser that articles are dated with."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a question set. Only ``id`` and ``question`` are required.

    ``answers`` are wordings of which any one will do; ``claims`` are things that a complete answer
    says, each with its own wordings. ``evidence_ids`` name the articles that hold the answer: an
    article id, an address, or a file name. ``choices`` are the options of a quiz question.
    ``forbidden`` are words that only an answer which obeys an instruction planted in an article
    would contain.
    """

    id: str
    question: str
    asked_at: Day = None
    answers: tuple[str, ...] = ()
    evidence_ids: tuple[str, ...] = ()
    unanswerable: bool = False
    claims: tuple[tuple[str, ...], ...] = ()
    choices: tuple[str, ...] = ()
    kind: str = ""
    forbidden: tuple[str, ...] = ()
    independent_sources: int | None = None
    speaker: str | None = None
    happened_on: Day = None


@dataclass(frozen=True, slots=True)
class CitedQuote:
    """One quote that a reply shows as evidence, with its source."""

    number: int
    quote: str
    article: str = ""
    """Key of the article, as in ``Reply.retrieved``."""
    title: str = ""
    context: str = ""
    """What a reader sees beside the quote: title, outlet and date."""
    exact: bool | None = None
    """Whether the stored article holds these very words at the place given; None: not checked."""
    support: float | None = None
    """The system's own score of how well the quote supports the sentence, 0 to 1."""
    speaker: str | None = None
    days: tuple[str, ...] = ()
    """ISO 8601 days that the system gives for the quote: published on, happened on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system answered. ``retrieved`` holds keys of articles, best first, each once."""

    status: str = "answered"
    """answered, partial, not_found or false_premise"""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[CitedQuote, ...] = ()
    retrieved: tuple[str, ...] = ()
    confidence: float | None = None
    """Higher for questions more likely answerable; any scale. None: the system gives none."""
    short_answer: str | None = None
    independent_sources: int | None = None
    notices: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds; ``total`` is the whole answer, without what the evaluation adds."""
    usage: Mapping[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the system abstains: it finds no answer, or names a false premise."""
        return self.status in ("not_found", "false_premise")

    @property
    def text(self) -> str:
        """The sentences of an answer without reference marks; empty for a refusal."""
        return "" if self.refused else " ".join(s.text for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked of one system. ``error`` says why there is no reply."""

    case: Case
    reply: Reply | None
    measures: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """One line of ``rows.jsonl``."""
        line: dict[str, Any] = {
            "id": self.case.id,
            "case": to_json(self.case),
            "reply": to_json(self.reply),
            "measures": dict(self.measures),
        }
        return line | ({"error": self.error} if self.error else {})

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> Row:
        """The row of a line that ``to_dict`` made. Raises ValueError for another."""
        return _row_reader().validate_python(dict(line))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure over ``n`` questions and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one system did on one question set.

    ``figures`` maps measures to estimates (``metrics.definitions.MEASURES`` says what each is);
    ``by_kind`` does the same for each kind of question; ``curves`` holds lists to draw.
    """

    system: str
    run: Mapping[str, Any]
    """What was run: questions file, library, mode, model, sample, seed, version, when."""
    rows: tuple[Row, ...]
    figures: Mapping[str, Estimate]
    by_kind: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
    curves: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[Row, ...]:
        """Questions that ended in an error and are in no figure."""
        return tuple(row for row in self.rows if row.error)

    def summary(self) -> dict[str, Any]:
        """Everything but the rows, as plain JSON values."""
        return {
            "system": self.system,
            "run": dict(self.run),
            "questions": len(self.rows),
            "failed": len(self.failed),
            "figures": to_json(self.figures),
            "by_kind": to_json(self.by_kind),
            "curves": to_json(self.curves),
        }


@cache
def _row_reader() -> TypeAdapter[Row]:
    return TypeAdapter(Row)


ExtraMeasures = Callable[[Case, Reply], Mapping[str, float]]
"""Further measures of a reply, such as llama-index's evaluators give."""
