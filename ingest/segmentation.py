"""Splits text into sentences and passages, as character spans.

    paragraphs (line breaks) -> sentences (news-aware full stops) -> passages (~800 characters)

Quotations are cut at sentence ends, so the rules are our own: of the 38 cases of news copy in
tests/test_split.py they split 38 as expected, sentencex 32, blingfire 30, syntok 28 and pysbd 27
(2026-11-24). Knows nothing about stores.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.records import Article, Passage, digest

PASSAGE_CHARS = 800
"""Target length of a passage. all-MiniLM-L6-v2 reads 256 tokens; of 1,000-character chunks of the
RealTime QA development corpus 13 % are longer, of 800-character chunks almost none (2026-11)."""

MAX_SENTENCE_CHARS = 1200
"""A longer "sentence" is a list or a table; it is cut at white space."""

_QUOTES = "\"'”’»"
_CLOSERS = _QUOTES + ")\\]"
_OPENERS = "\"'“‘(\\[«—–\\-"
_SENTENCE_END = re.compile(rf"(?:\.(?: \.){{2,3}}|[.!?]+|…)[{_CLOSERS}]*(?=\s)")
_NEXT_WORD = re.compile(rf"\s+[{_OPENERS}\s]*(\w[\w’'.]*|[$€£¥])?")
_WORD_BEFORE = re.compile(r"([^\s(\[“\"‘—–/]+)$")
MAX_ABBREVIATION_CHARS = 40
"""Characters before a full stop in which an abbreviation is looked for."""

_SPEECH_TAG = re.compile(
    r"\s+(?:[A-Z][\w.’'-]*\s+){1,4}"
    r"(?:said|says|asked|asks|added|wrote|told|replied|responded|shouted|continued|wondered)\b"
)
"""The name and verb of the speaker, after a quotation that ends in ? or !."""

_TITLES = frozenset(
    """mr mrs ms mx dr drs prof profs rev revs fr hon gen gens lt col cols sgt cpl maj capt cmdr
    adm sen sens rep reps gov govs pres amb messrs brig pvt pfc spc supt det insp atty asst msgr mme
    mlle""".split()
)
"""Abbreviated titles before a name, with a capital: "the union rep." ends its sentence."""

_VERSUS = frozenset({"v", "vs"})
_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
_BEFORE_NUMBER = _MONTHS | frozenset("no nos p pp fig figs vol art sec ch para approx".split())
_STATES = frozenset(
    """ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb
    nev okla ore pa tenn tex va vt wash wis wyo ont que alta sask""".split()
)
_MAY_END = _MONTHS | frozenset(
    """inc co cos corp ltd llc plc bros assn jr sr etc al esq ave blvd rd hwy rte dept univ est
    approx a.m p.m am pm ph.d m.d b.a m.a st mt ft""".split()
)
"""Abbreviations that end a sentence when a word of ``_STARTERS`` follows."""

_HOURS = frozenset({"a.m", "p.m", "am", "pm"})
_AFTER_HOUR = _MONTHS | frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
    sat sun january february march april may june july august september october november december
    eastern central mountain pacific atlantic greenwich local et est edt ct cst cdt mt mst mdt pt
    pst pdt gmt utc bst cet cest ist jst aest aedt""".split()
)
"""Words that continue a sentence after "5 p.m."; any other capital opens a new one."""

_STARTERS = frozenset(
    """the a an he she it they we i you his her its their our this that these those there here but
    and or so yet in on at by for from with after before when while as if since although though
    however meanwhile still also according no not one some many most all both each another other
    what who why how where is are was were do does did police officials""".split()
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]|[^\W\d_]-[^\W\d_](?:\.[^\W\d_])*")
"""U.S, e.g, R-S.C: letters and full stops, not the number 4.5 or the score 3-2."""


def _ends_sentence(before: str, mark: str, following: str) -> bool:
    """Whether ``mark`` (such as ``."``) after ``before`` ends a sentence before ``following``."""
    if not following:
        return True
    if following[0].islower() and not following[1:2].isupper():  # iPhone, eBay
        return False
    if not mark.startswith(".") or mark.startswith(("..", ". ")):
        return True
    match = _WORD_BEFORE.search(before)
    written = match.group(1).strip("’'") if match else ""
    word = written.lower()
    if (word in _TITLES and written[0].isupper()) or word in _VERSUS:
        return False
    if word in _BEFORE_NUMBER and (following[0].isdigit() or following in "$€£¥"):
        return False
    return not _is_abbreviation(written) or _opens_sentence(before, word, mark, following)


def _is_abbreviation(written: str) -> bool:
    """Whether a word before a full stop is usually written with one."""
    word = written.lower()
    state = word.removeprefix("d-").removeprefix("r-").removeprefix("i-")  # (D-Mass.)
    return bool(
        word in _MAY_END
        or (state in _STATES and written[0].isupper())
        or _INITIALS.fullmatch(word)
        or (len(word) == 1 and word.isalpha())
    )


def _opens_sentence(before: str, word: str, mark: str, following: str) -> bool:
    """Whether a sentence starts at ``following`` although an abbreviation precedes it."""
    if any(quote in mark for quote in _QUOTES):
        return True
    nexts = following.lower()
    if len(word) == 1 and before.strip().lower() == word:
        return False  # "A. The first point": a list's letter
    if word in _HOURS:
        return nexts.rstrip(".,’'s") not in _AFTER_HOUR and nexts.rstrip(".") not in _AFTER_HOUR
    return nexts in _STARTERS or nexts.rstrip(".,’'s") in _STARTERS


def _has_speech_tag(text: str, mark: re.Match[str], end: int) -> bool:
    """Whether a quoted question or exclamation is followed by who said it."""
    quoted = mark.group()[0] in "?!" and mark.group()[-1] in _QUOTES
    return quoted and bool(_SPEECH_TAG.match(text, mark.end(), end))


def _sentences_of_line(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the sentences of a line, without the white space around them."""
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        following = _NEXT_WORD.match(text, match.end(), end)
        word = (following.group(1) or "") if following else ""
        before = text[max(begin, match.start() - MAX_ABBREVIATION_CHARS) : match.start()]
        if _has_speech_tag(text, match, end):
            continue
        if _ends_sentence(before, match.group(), word):
            spans.append((begin, match.end()))
            begin = match.end()
    spans.append((begin, end))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at its ends, or None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _split_long(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut an over-long sentence at white space, so that no span exceeds ``MAX_SENTENCE_CHARS``."""
    spans: list[tuple[int, int]] = []
    while end - start > MAX_SENTENCE_CHARS:
        space = text.rfind(" ", start + MAX_SENTENCE_CHARS // 2, start + MAX_SENTENCE_CHARS)
        middle = space if space > 0 else start + MAX_SENTENCE_CHARS
        if piece := _trim(text, start, middle):
            spans.append(piece)
        start = middle
    if piece := _trim(text, start, end):
        spans.append(piece)
    return spans


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans ``(start, end)`` of the sentences of ``text[start:end]``, in order, without overlap.

    Together they hold every character that is not white space. A line break always ends one.
    """
    stop = len(text) if end is None else end
    breaks = [start, *(m.end() for m in re.compile(r"\n").finditer(text, start, stop)), stop]
    return [
        piece
        for low, high in pairwise(breaks)
        for sentence in _sentences_of_line(text, low, high)
        for piece in _split_long(text, *sentence)
    ]


def passage_spans(text: str, target: int = PASSAGE_CHARS) -> list[tuple[int, int]]:
    """Spans of passages: whole sentences, as many as fit in ``target`` characters."""
    spans: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        if spans and end - spans[-1][0] <= target:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def split_into_passages(article: Article, target: int = PASSAGE_CHARS) -> list[Passage]:
    """The passages of an article version, with ids that depend on nothing but the content."""
    return [
        Passage(
            id=digest(
                article.id, str(article.version), str(start), article.text[start:end], length=24
            ),
            article_id=article.id,
            version=article.version,
            ordinal=ordinal,
            start=start,
            end=end,
            text=article.text[start:end],
        )
        for ordinal, (start, end) in enumerate(passage_spans(article.text, target))
    ]
