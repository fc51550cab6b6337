"""The records of answering: ``Answer`` with its sentences, citations and reports. All frozen.

    Answer
    ├── sentences   what is said, each with the numbers of its citations
    ├── citations   [n]: an exact span of a stored article version
    ├── latest, superseded, disagreements   what independent sources reported of a figure, and when
    ├── timeline    what happened, day by day, when that was asked
    ├── also_found  what the search found and no sentence rests on
    └── nearest     where to look when the articles do not answer

``citation.quote == article.text[citation.start:citation.end]`` for the cited version, always.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from ingest.records import When, format_day, format_days

Status = Literal["answered", "partial", "not_found", "false_premise"]
"""``partial``: a notice says what is missing; ``false_premise``: the articles contradict what the
question takes for granted, and the sentences are those that do."""
Mode = Literal["quoted", "written"]
DatedBy = Literal["text", "publication"]


@dataclass(frozen=True, slots=True)
class Dated:
    """A time expression of a quote and the days it means, worked out by rules, not by the article.

    ``quote[start:end] == phrase``; ``first`` and ``last`` are both inclusive.
    """

    phrase: str
    start: int
    end: int
    first: date
    last: date
    rule: str

    @property
    def days(self) -> str:
        """The days as readers write them: 2 June 2025, June 2025, 9 – 15 June 2025."""
        return format_days(self.first, self.last)

    @property
    def adds_information(self) -> bool:
        """Whether the days say more than the phrase: not when it names its year itself."""
        return not re.search(r"\d{4}", self.phrase)


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of an article behind an answer's sentence, cut by code."""

    number: int
    article_id: str
    version: int
    title: str
    publisher: str | None
    published_at: When | None
    published_from: str
    url: str | None
    quote: str
    start: int
    end: int
    passage_id: str
    before: str = ""
    """Text of the passage in front of the quote (``before + quote + after`` is the passage)."""
    after: str = ""
    cluster_id: str = ""
    speaker: str | None = None
    said_on: date | None = None
    support: float = 1.0
    role: str = ""
    """What the article calls the speaker: Turkish Foreign Minister."""
    dates: tuple[Dated, ...] = ()
    """The resolved time expressions of the quote."""
    notices: tuple[str, ...] = ()
    """Corrections, clarifications and retractions that the cited version itself prints."""
    copies: int = 1
    """Articles of the library that carry the same wire story, this one included; known when the
    answer is complete."""

    @property
    def said_by(self) -> str:
        """The speaker with their role: Hakan Fidan, Turkish Foreign Minister. Empty if unknown."""
        return ", ".join(part for part in (self.speaker, self.role) if part)

    @property
    def dated_quote(self) -> str:
        """The quote with our reading of its dates in square brackets: on Monday [2 June 2025].

        For display; ``quote`` is the exact text.
        """
        shown, done = [], 0
        for when in self.dates:
            if when.adds_information and when.start >= done:
                shown += [self.quote[done : when.end], f" [{when.days}]"]
                done = when.end
        return "".join([*shown, self.quote[done:]])

    @property
    def source(self) -> str:
        """Outlet, date and title on one line, as far as they are known."""
        published = format_day(self.published_at) if self.published_at else "no publication date"
        parts = (self.publisher or "unknown outlet", published, self.title)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    short: tuple[int, int] | None = None
    """Where in ``text`` the likely short answer stands, when one was found."""
    said_by: str = ""
    """Whose claim it is, with their role, when ``text`` does not say so itself."""
    paragraph: bool = False
    """Whether a new paragraph, or a new item of a list, begins with it."""
    heading: str = ""
    """What stands above it, in our words: the story or the day that its paragraph is about."""


@dataclass(frozen=True, slots=True)
class NearArticle:
    """An article that comes closest when none answers."""

    article_id: str
    title: str
    publisher: str | None
    published_at: When | None
    url: str | None
    excerpt: str
    """The opening of the article: what it is about."""

    @property
    def line(self) -> str:
        """Title and opening, as far as there are both."""
        return f"{self.title}: {self.excerpt}" if self.title else self.excerpt


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article that the search for an answered question found and that is not cited."""

    article_id: str
    version: int
    title: str
    publisher: str | None
    published_at: When | None


@dataclass(frozen=True, slots=True)
class Reported:
    """One value that a source gave for the fact that was asked: on which day, and who said so."""

    value: str
    citations: tuple[int, ...]
    day: date | None = None
    said_by: str = ""
    corrected: bool = False
    """Whether the article that gave it takes it back in a correction."""
    means: str = ""
    """The days that the value means, when it is a time: 18 September 2026 for "Friday"."""

    @property
    def figure(self) -> str:
        """The value as it reads inside a sentence, wherever it stood: about 300 people, 90 days."""
        if self.means:
            return self.means
        span = re.fullmatch(r"(\w[\w.,]*)-(second|minute|hour|day|week|month|year)", self.value)
        text = f"{span[1]} {span[2]}s" if span else self.value
        return text if text[:2].isupper() else text[:1].lower() + text[1:]

    @property
    def days_on(self) -> str:
        """The day in brackets, as it stands behind a value; empty when it is not known."""
        return f" ({format_day(self.day)})" if self.day and not self.corrected else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a timeline: its days (both inclusive), the sentence that tells it, and proof.

    ``dated_by`` is "text" when the sentence itself says when, and "publication" when only the day
    of the report is known.
    """

    first: date
    last: date
    text: str
    citations: tuple[int, ...]
    dated_by: DatedBy = "text"

    @property
    def days(self) -> str:
        """The days as readers write them: 2 June 2025, June 2025, 9 – 15 June 2025."""
        return format_days(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what the articles say, and the proof."""

    question: str
    status: Status
    mode: Mode
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[NearArticle, ...] = ()
    also_found: tuple[FoundArticle, ...] = ()
    """What the search found and ranked close to the best, without what is cited; best first."""
    as_of: date | None = None
    """Publication day of the newest article cited; None when none is dated."""
    asked_at: date | None = None
    independent_sources: int = 0
    """Outlets among the citations that do not copy each other; one wire story counts once."""
    newest_article: date | None = None
    """The newest publication day in the library: how fresh an answer can be."""
    latest: Reported | None = None
    """The newest figure for what is asked, when older ones are superseded."""
    superseded: tuple[Reported, ...] = ()
    """Older figures that ``latest`` replaces, newest first."""
    disagreements: tuple[Reported, ...] = ()
    """Figures of about the same days that cannot all be true."""
    timeline: tuple[Entry, ...] = ()
    """What happened, in the order of its days, when that was asked."""
    missing: tuple[str, ...] = ()
    """What was asked and is not in the articles, in a model's words, when it named it."""
    notices: tuple[str, ...] = ()
    about: Literal["articles", "library"] = "articles"
    """What answers: the articles, or the catalogue that says which articles there are."""
    search: str = ""
    """What was searched for: the question, made whole where it leaned on an earlier one."""
    searches: tuple[str, ...] = ()
    """The searches that an open question was planned into, with their periods and outlets; or the
    parts of a question that asks several things, each made whole."""
    period: str = ""
    """The days that the question asks about, whose reports were preferred, in words."""
    evidence_read: Mapping[str, int | str] = field(default_factory=dict)
    """What a model was shown: ``budget`` and ``tokens`` (estimated), ``passages``, ``articles``,
    and ``why`` the budget is what it is. Empty when no model wrote."""
    filters: str = ""
    """Which articles could answer, in words; empty when all of them could."""
    confidence: float = 0.0
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    written_by: str = ""
    """The model that wrote, by its name; empty when the answer is quoted."""

    @property
    def text(self) -> str:
        """The answer in plain words with [n] behind each sentence; a timeline in dated lines."""
        if self.timeline:
            return self.timeline_text
        if self.sentences:
            return laid_out(
                self.sentences, lambda s: f"{s.text} {citation_marks(s.citations)}".strip()
            )
        return NOT_FOUND

    @property
    def short_answer(self) -> str | None:
        """The likely short answer, cut from the first sentence that has one."""
        for sentence in self.sentences:
            if sentence.short:
                return sentence.text[slice(*sentence.short)]
        return None

    @property
    def short_days(self) -> str | None:
        """The calendar days of the short answer, when it is a time expression: 2 June 2025."""
        cited = {citation.number: citation for citation in self.citations}
        for sentence in self.sentences:
            if sentence.short:
                short = sentence.text[slice(*sentence.short)]
                dates = [d for n in sentence.citations if n in cited for d in cited[n].dates]
                return next(
                    (d.days for d in dates if d.adds_information and _overlaps_phrase(d, short)),
                    None,
                )
        return None

    @property
    def searched_as(self) -> str:
        """The question as it was searched, where that is more than what was asked."""
        searches = [self.search] if self.search != self.question else []
        searches += [search for search in self.searches if search != self.search]
        parts = [f"searched as {'; '.join(f'“{s}”' for s in searches)}"] if searches else []
        parts += [f"reports of {self.period} first"] if self.period else []
        return capitalized(", ".join(parts))

    @property
    def understood_as(self) -> str:
        """How the question was understood, where that is more than what was asked."""
        parts = [self.searched_as] if self.searched_as else []
        parts += [f"only articles {self.filters}"] if self.filters else []
        return capitalized(", ".join(parts))

    @property
    def lead(self) -> str:
        """What stands in front of the sentences: what is wrong with a false premise."""
        return self.notices[0] if self.status == "false_premise" and self.notices else ""

    @property
    def attributed_text(self) -> str:
        """The answer's text with each claim introduced as its speaker's."""
        if not self.sentences:
            return NOT_FOUND
        quoted = self.mode == "quoted"
        return laid_out(self.sentences, lambda s: attributed_text(s, quoted=quoted))

    @property
    def superseded_text(self) -> str:
        """As of 4 September 2026: eight [1]; earlier reports said three (2 September 2026) [2]."""
        if self.latest is None or not self.superseded:
            return ""
        day = f"As of {format_day(self.latest.day)}" if self.latest.day else "Now"
        older = ", ".join(
            f"{r.figure}{r.days_on} {citation_marks(r.citations)}" for r in self.superseded
        )
        newest = f"{self.latest.figure} {citation_marks(self.latest.citations)}"
        return f"{day}: {newest}; {self.earlier_said} {older}."

    @property
    def earlier_said(self) -> str:
        """Who said what is superseded: earlier reports, or the article before its correction."""
        return BEFORE_CORRECTION if all(r.corrected for r in self.superseded) else EARLIER_REPORTS

    @property
    def disagreement_text(self) -> str:
        """Sources disagree: 40,000 people (Ruben Achterby, 26 September 2026) [1]; ..."""
        if not self.disagreements:
            return ""
        sides = (f"{r.figure} ({_reporter(r, self.citations)}) {citation_marks(r.citations)}"
                 for r in self.disagreements)  # fmt: skip
        return f"Sources disagree: {'; '.join(sides)}."

    @property
    def timeline_text(self) -> str:
        """The timeline as lines, each with its days and citations; empty when there is none."""
        return "\n".join(
            f"{entry.days}{'' if entry.dated_by == 'text' else ' (reported)'}: {entry.text} "
            f"{citation_marks(entry.citations)}"
            for entry in self.timeline
        )

    @property
    def freshness(self) -> str:
        """As of 3 June 2025 · newest article in the library 30 December 2022. Empty if unknown."""
        parts = [f"As of {format_day(self.as_of)}"] if self.as_of else []
        if self.newest_article:
            newest = f"ewest article in the library {format_day(self.newest_article)}"
            parts.append(f"{'n' if parts else 'N'}{newest}")
        return " · ".join(parts)

    @property
    def written_how(self) -> str:
        """Written by llama3.2:3b in 4.1 s, reading 1,204 tokens and writing 87. Empty if quoted."""
        if not self.written_by:
            return ""
        seconds = self.timings.get("total")
        took = f" in {seconds:.1f} s" if seconds else ""
        read, wrote = (self.usage.get(f"{kind}_tokens", 0) for kind in ("prompt", "completion"))
        tokens = f", reading {read:,} tokens and writing {wrote:,}" if wrote else ""
        return f"Written by {self.written_by}{took}{tokens}"

    def __str__(self) -> str:
        lines = [self.lead] if self.lead else []
        lines.append(self.timeline_text or self.attributed_text)
        if self.understood_as:
            lines.append(f"({self.understood_as})")
        lines += [text for text in (self.superseded_text, self.disagreement_text) if text]
        lines += [f"Note: {notice}" for notice in self.notices if notice != self.lead]
        if self.freshness:
            lines += ["", self.freshness]
        if self.citations:
            lines += [
                "",
                f"Sources{DATES_NOTE if any(_shows_dates(c) for c in self.citations) else ''}",
            ]
        for citation in self.citations:
            lines.append(f"[{citation.number}] {citation.source}")
            lines.append(f"    “{citation.dated_quote}”")
            if citation.said_by:
                lines.append(f"    said by {citation.said_by}")
            if citation.url:
                lines.append(f"    {citation.url}")
        if self.status == "not_found" and self.nearest:
            lines += ["", "Nearest articles"]
            lines += [f"- {near.line}" for near in self.nearest]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; dates as ISO 8601 strings."""
        values: dict[str, Any] = to_json(self)
        return (
            {"question": self.question, "text": self.text}
            | values
            | {"short_answer": self.short_answer, "short_days": self.short_days}
        )


def laid_out(sentences: Iterable[Sentence], written: Callable[[Sentence], str]) -> str:
    """Sentences in their paragraphs, each under its heading, as plain text."""
    text = ""
    for sentence in sentences:
        if sentence.heading:
            text += f"{NEW_PARAGRAPH if text else ''}{sentence.heading}\n"
        elif text:
            text += NEW_PARAGRAPH if sentence.paragraph else " "
        text += written(sentence)
    return text


NEW_PARAGRAPH = "\n\n"


def attributed_text(sentence: Sentence, *, quoted: bool) -> str:
    """A sentence with its marks, and whose claim it is: in front of a quotation, behind a sentence
    that a model wrote, whose words stay as they are."""
    numbers = citation_marks(sentence.citations)
    if not sentence.said_by:
        return f"{sentence.text} {numbers}".strip()
    if quoted:
        return f"{capitalized(sentence.said_by)} said: “{sentence.text}” {numbers}"
    return f"{sentence.text} {numbers} (according to {sentence.said_by})"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 article, 1,582 articles."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def capitalized(text: str) -> str:
    """With a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def _reporter(reported: Reported, citations: tuple[Citation, ...]) -> str:
    """Speaker, outlet and day of a value, as far as they are known."""
    cited = next((c for c in citations if c.number in reported.citations), None)
    outlet = (cited.publisher if cited else None) or "unknown outlet"
    day = format_day(reported.day) if reported.day else "undated"
    return ", ".join(part for part in (reported.said_by, outlet, day) if part)


EARLIER_REPORTS = "earlier reports said"
BEFORE_CORRECTION = "before a correction, the article said"


def _overlaps_phrase(when: Dated, short: str) -> bool:
    return when.phrase in short or short in when.phrase


def _shows_dates(citation: Citation) -> bool:
    return any(when.adds_information for when in citation.dates)


DATES_NOTE = (
    " (dates in [brackets] are not the articles' words but what Citewire takes them to mean)"
)
"""Said once above quotes that show resolved dates."""

NOT_FOUND = "Not in these articles."
"""What an answer says when nothing supports one."""


def citation_marks(numbers: tuple[int, ...]) -> str:
    """Citation marks as they stand in text: [1][3]."""
    return "".join(f"[{number}]" for number in numbers)


def to_json(value: Any) -> Any:
    """Dataclasses, dates and tuples as JSON values: mappings, ISO 8601 strings and lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(v) for v in value]
    return value


# -- what a stream yields -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """What is going on: ``stage`` is search, read, write or check."""

    stage: str
    message: str


@dataclass(frozen=True, slots=True)
class TextEvent:
    """One complete, checked sentence with its citations (those not seen before included)."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """The whole answer; always the last event."""

    answer: Answer


Event: TypeAlias = StatusEvent | TextEvent | AnswerEvent


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the same conversation and what was answered."""

    question: str
    answer: str = ""
    search: str = ""
    """What was searched for: the question made whole. Empty when that is not known."""
