"""What each lexicon, rule and feature is worth: every figure with it and without it.

    python -m tests.benchmarks.ablation DATA --library LIB [--only TEXT] [--suite NAME]
                                        [--rows FILE] [--out docs/ablation.md]

``COMPONENTS`` names what is switched off, and on which sets (tests/benchmarks/ablation_suites.py)
its absence can be seen. A component is switched off by exchanging a module's attribute for the time
of a run, wherever that object has been imported to, with all caches emptied; one that is no longer
there is an error. Features are left out of the weights, which are then fitted anew.

Differences are paired by item, with 95 % bootstrap intervals. "Within noise" is an interval that
holds zero. ``--rows`` keeps finished rows, so that a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.ablation_suites import SUITES, Context, Outcome

RESAMPLES = 2_000
STEMMING = ("stem", "stems_of", "name_key", "_blank", "sentence_spans")
"""Caches that no component reaches."""
OURS = ("ingest", "qa", "tests.benchmarks")
COMPONENTS = """
qa.language.lexicon | support cases reading premises figures | SYNONYM_STEMS
qa.language.lexicon | support cases premises | ANTONYM_STEMS NEGATION_WORDS NEGATING_VERB_STEMS
    UNCERTAINTY_WORDS SYMMETRIC_VERB_STEMS
qa.language.lexicon | support cases reading premises | IRREGULAR_LEMMAS
qa.language.lexicon | support cases reading premises refusing | NATION_OF_FORM
    TITLE_OF_ABBREVIATION HONORIFICS
qa.language.lexicon | support cases | HEDGE_WORDS QUANTIFIER_RANKS SPEECH_VERB_STEMS
qa.language.entity_names | support cases refusing | _ALIASES
qa.language.entity_names | support cases | _GROUP_NOUN _NO_PERSON _PREDICATE_BEHIND
qa.language.entity_names | support cases | missing_names=[] conflicting_first_names=[]
qa.language.sentence_tokens | support cases | _NOT_ONLY _ON_TRACK _MEASURED_ELSEWHERE
qa.language.sentence_tokens | support cases premises | _CLAUSE_BOUNDARY
qa.language.entity_names | support cases reading premises | _ABBREVIATED_TITLES _NOT_A_NAME
qa.support.contradictions | support cases | negation_conflicts=() certainty_conflicts=()
    quantifier_conflicts=() antonym_conflicts=() speaker_conflicts=() number_conflicts=()
qa.support.contradictions | support cases | _prefix_conflicts=()
qa.support.contradictions | support cases premises | role_conflicts=()
qa.support.checker | support refit | FEATURE_WEIGHTS[coverage] FEATURE_WEIGHTS[full_coverage]
    FEATURE_WEIGHTS[missing] FEATURE_WEIGHTS[contradicted]
qa.quantities.measurements | support cases | missing_measurements=[]
qa.quantities.calendar_dates | support cases | missing_dates=[]
qa.quantities.measurements | support cases | _fractions=() _ordinals=() _POUNDS _ONE_AS_PRONOUN
qa.quantities.measurements | support cases premises | _UNIT
qa.quantities.calendar_dates | support cases | _DATE<month6> _DATE<weekday>
qa.quantities.extraction | figures | _PART_BEFORE _PART_BEHIND _NAME_BEFORE _VAGUE_BEFORE _LINK
    _TOTAL_OF _AGE_BEFORE _FORMER_BEFORE _NOT_ACTUAL _BETWEEN _ASIDE _NOT_COUNTED _VERB _STATES
    _range_end=None retracted_quantity=None
qa.quantities.intervals | figures | HEDGE_BEFORE_NUMBER<least> HEDGE_BEFORE_NUMBER<most>
    HEDGE_BEFORE_NUMBER<nearly> HEDGE_BEFORE_NUMBER<about> rounding_error=0.0
qa.quantities.question_targets | figures | PREDICATES[*] PERSON_NOUNS SUBGROUP_NOUNS
    _INANIMATE_NOUNS _ASKS_MONEY _ASKS_SHARE _ASKS_COARSE_TIME
qa.questions.decomposition | joined reading premises figures | _JOINT _SHARED_CLAUSE
    _is_elliptic=False is_self_contained=False
qa.questions.time_constraints | retrieval reading premises figures | _UPPER_BOUND _LOWER_BOUND
    _OPENING_BOUND _RANGE_OPENING
qa.questions.timeline_requests | reading premises figures | timeline_subject=None
qa.questions.interpretation | reading refusing | _KINDS[*] _YES_NO _ROLES _OPENER
qa.retrieval.ranking | ranking refit | RANKING_WEIGHTS[*]
qa.retrieval.ranking | retrieval | period_prior=0.5
qa.reading.sentence_ranking | reading refit | RELEVANCE_WEIGHTS[*]
qa.reading.answerability | gate refit | ANSWERABILITY_WEIGHTS[best]
    ANSWERABILITY_WEIGHTS[context] ANSWERABILITY_WEIGHTS[unknown] ANSWERABILITY_WEIGHTS[apart]
    ANSWERABILITY_WEIGHTS[untimely]
qa.reading.answer_span | reading premises | _PLACE_BEFORE _UNIT_AFTER _REASON _POSSIBLE_REASON
    _QUOTED _unit_asked=False _things=[] _people=[] _places=[] _new_dates=[]
    _new_numbers=[] _reasons=[]
qa.reading.false_premise | premises reading refusing | different_figures=() _antonyms=()
    _negated_in_one=None role_conflicts=()
qa.reading.false_premise | premises reading | _is_reported=False _is_said=False
    _is_same_story=True _HARDLY _SUBORDINATE
qa.reading.prompt_injection | injection reading | _ADDRESSED _OVERRIDE _CHARACTER_TASK _BARE_TASK
qa.answers.quoting | reading | _OPENS_WITH_REFERENCE _REFERENCE_AFTER_OPENING
    MAX_SCORE_BELOW_BEST=99.0 _probability_alone=1.0
qa.sources.consistency | figures | _superseded=[] _disputed=[] _CHANGED _are_two_people=False
    _is_same_count=True _names_others=False _is_same_matter=True
qa.sources.reported_quantities | figures | _LIVE_TITLE _is_too_late=False _days_in=[]
    _reported_on=None
qa.sources.relevance | figures | _GENERIC_STEMS _GENERIC_PLACE_STEMS DIGEST_TITLE _US
    _is_of_earlier_year=False _is_elsewhere=False is_of_other_extent=False
qa.sources.event_days | reading premises figures | event_phrase=''
ingest.dates.recognition | dates unlabelled | PATTERNS[*]
ingest.dates.tense | dates unlabelled | _VERB_FORM<expected> _VERB_FORM<plan> _VERB_FORM<will>
    _VERB_FORM<perfect> _VERB_FORM<past> _VERB_FORM<ed> _VERB_FORM<present>
    _VERB_FORM<be> _VERB_FORM<short> tense_at='unknown'
ingest.dates.time_expressions | dates unlabelled | _SINCE_BEFORE
ingest.dates.day_normalization | dates unlabelled | _EVENT_NOUN _DEADLINE MAX_DAYS_AGAINST_TENSE=0
    _NOUN_AFTER _NAME_BEFORE
ingest.dates.period_normalization | dates unlabelled | _FINANCIAL _MODAL_BEFORE _DURATION_BEFORE
ingest.attribution.lexicon | speakers unlabelled | UNCONDITIONAL_CUES QUOTATION_CUES TITLES
    SPEAKER_NOUNS
ingest.attribution.speaker_mentions | speakers unlabelled | _BARE_CLAUSE_CUES _ADVERBIAL
    _CLAUSE_START _ARTICLE_ITSELF _FULL_NAME _source_of_according_to=() _subject_after=None
    _name_before_apposition=None _joins_names=False _role_after=''
ingest.attribution.coreference | speakers unlabelled | _first_role='' MAX_PARAGRAPHS_BACK=0
ingest.attribution.statements | speakers unlabelled | _INTRODUCED
ingest.attribution.speaker_names | speakers unlabelled | FUNCTION_WORDS _ORGANISATION _PARTICLE
    _PREPOSITION_LAST _is_surname_before=False
ingest.attribution.quotation_marks | speakers unlabelled | _AFTER_PUNCTUATION
ingest.versions.near_duplicates | copies | _QUOTED MIN_OWN_SHINGLES=0 MIN_SHARED_SHINGLES=0
    same_outlet=False lsh_bands=[] MINHASHES_PER_PASSAGE=1
ingest.segmentation | sentences speakers dates unlabelled | _TITLES _VERSUS _BEFORE_NUMBER _STATES
    _MAY_END _AFTER_HOUR _STARTERS _INITIALS _has_speech_tag=False
"""
"""A module, the suites on which its parts can be seen, and the parts: attributes, emptied (a
lexicon to nothing, a pattern to one that never matches). With ``[key]`` one entry is left out
([*]: each in turn), with ``<group>`` one alternative of a pattern; with ``=value`` a function
returns that, or a constant is that."""

_PATH = re.compile(
    r"(?P<module>[\w.]+):(?P<name>\w+)(?:\[(?P<key>.+)\]|<(?P<group>\w+)>|=(?P<value>.+))?"
)
_NEVER = re.compile(r"(?!)")
Part = tuple[str, str, str, str, str]


def components() -> Iterator[tuple[str, list[str]]]:
    """Each component as ``module:attribute`` with its suites, ``[*]`` spelt out."""
    for line in COMPONENTS.replace("\n    ", " ").strip().splitlines():
        module, suites, parts = line.split(" | ")
        known = [name.replace("_", " ") for name in suites.replace(" refit", "_refit").split()]
        for part in parts.split():
            name, every, _ = part.partition("[*]")
            held = getattr(importlib.import_module(module), name) if every else ()
            keys = held if isinstance(held, Mapping) else [entry[0] for entry in held]
            for key in keys if every else [""]:
                yield f"{module}:{name}[{key}]" if every else f"{module}:{part}", known


def without(path: str) -> tuple[str, str, Any, Any]:
    """(module, attribute, what it is, what it is without the component). Raises LookupError."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise LookupError(f"{path}: expected module:attribute")
    module, name = match["module"], match["name"]
    whole = getattr(importlib.import_module(module), name, None)
    if whole is None:
        raise LookupError(f"{path}: {module} has no {name}")
    if match["value"]:
        value = ast.literal_eval(match["value"])
        return module, name, whole, (lambda *_, **__: value) if callable(whole) else value
    if match["group"]:
        return module, name, whole, without_group(whole, match["group"], path)
    if key := match["key"]:
        mapping = isinstance(whole, Mapping)
        keys = list(whole) if mapping else [entry[0] for entry in whole]
        if key not in keys:
            raise LookupError(f"{path}: no entry {key}")
        rest = [e for e in (whole.items() if mapping else whole) if e[0] != key]
        return module, name, whole, dict(rest) if mapping else type(whole)(rest)
    empty = _NEVER if isinstance(whole, re.Pattern) else type(whole)()
    return module, name, whole, empty


def without_group(pattern: re.Pattern[str], group: str, path: str) -> re.Pattern[str]:
    """The pattern with a named group that never matches. Raises LookupError when it has none."""
    text, opened = pattern.pattern, f"(?P<{group}>"
    start = at = text.find(opened) + len(opened)
    if start < len(opened):
        raise LookupError(f"{path}: the pattern has no such group")
    depth = 1
    while depth:  # to the bracket that closes it; none stands in the character classes
        depth += {"(": 1, ")": -1}.get(text[at], 0) if text[at - 1] != "\\" else 0
        at += 1
    return re.compile(text[:start] + "(?!)" + text[at - 1 :], pattern.flags & ~re.UNICODE)


@contextmanager
def switched_off(path: str) -> Iterator[None]:
    """The component is gone wherever it was imported to; caches are empty before and after. Named
    by a module that only imports it, it is gone from that module alone."""
    module, name, whole, rest = without(path)
    made_here = getattr(whole, "__module__", module) == module
    held = [
        one for key, one in list(sys.modules.items())
        if key.startswith(OURS if made_here else module) and vars(one).get(name) is whole
    ]  # fmt: skip
    forget()
    for one in held:
        setattr(one, name, rest)
    try:
        yield
    finally:
        for one in held:
            setattr(one, name, whole)
        forget()


def forget() -> None:
    """Empty every ``lru_cache`` of ours: what it holds was read with the component."""
    for one in gc.get_objects():
        ours = isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith(OURS)
        if ours and one.__name__ not in STEMMING:
            one.cache_clear()


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one component: means with and without, their difference and its interval."""

    component: str
    lines: int
    suite: str
    figure: str
    n: int
    full: float
    off: float
    low: float
    high: float
    better: int
    worse: int
    changed: int


def compared(path: str, suite: str, full: Outcome, off: Outcome) -> Iterator[Row]:
    """The rows of a component in a suite; differences are without minus with."""
    for figure, scores in full.scores.items():
        others = off.scores.get(figure, {})
        items = [item for item in scores if item in others]
        with_, out = (np.array([s[item] for item in items]) for s in (scores, others))
        by = out - with_
        groups = np.unique([i.split("/")[0] if "refit" in suite else i for i in items],
                           return_inverse=True)[1]  # fmt: skip
        sums, sizes = np.bincount(groups, by), np.bincount(groups)
        drawn = np.random.default_rng(0).integers(len(sums), size=(RESAMPLES, len(sums)))
        low, high = np.percentile(sums[drawn].sum(1) / sizes[drawn].sum(1), [2.5, 97.5])
        changed = sum(
            full.outcomes[f"{figure} {i}"] != off.outcomes[f"{figure} {i}"] for i in items
        )
        yield Row(path, lines_of(path), suite, figure, len(sums), with_.mean(), out.mean(),
                  low, high, int((by > 0).sum()), int((by < 0).sum()), changed)  # fmt: skip


def lines_of(path: str) -> int:
    """Lines of source that define the attribute."""
    match = _PATH.fullmatch(path)
    assert match
    file = importlib.import_module(match["module"]).__file__ or ""
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        named = [getattr(node, "name", ""), *(getattr(t, "id", "") for t in [
            getattr(node, "target", None), *getattr(node, "targets", [])])]  # fmt: skip
        if match["name"] in named:
            return (node.end_lineno or 0) - node.lineno + 1
    return 0


def measure(context: Context, wanted: Sequence[tuple[str, list[str]]], kept: Path) -> None:
    """Append the rows of every component and suite that ``kept`` does not hold yet."""
    known = {(r["component"], r["suite"]) for r in read(kept)}
    full: dict[str, Outcome] = {}
    for path, suites in wanted:
        without(path)  # fail before the long work
        due = [suite for suite in suites if (path, suite) not in known]
        for suite in due:
            if suite not in full:
                full[suite] = SUITES[suite](context)
        started = time.monotonic()
        kept_answers, context.answers = context.answers, {}
        with switched_off(path):
            off = {suite: SUITES[suite](context) for suite in due}
        context.answers = kept_answers
        with kept.open("a", encoding="utf-8") as out:
            for suite in due:
                for row in compared(path, suite, full[suite], off[suite]):
                    out.write(json.dumps(asdict(row)) + "\n")
        if due:
            print(f"{time.monotonic() - started:6.1f} s  {path} {' '.join(due)}", flush=True)


def read(kept: Path) -> list[dict[str, Any]]:
    if not kept.exists():
        return []
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


HEAD = ("component", "module", "lines", "set: figure (n)", "with", "without", "difference [95 %]",
        "changed", "verdict")  # fmt: skip


def strength(row: dict[str, Any]) -> float:
    """How far a difference stands out of its interval; negative is a loss."""
    return float((row["off"] - row["full"]) / (row["high"] - row["low"] + 1e-9))


def verdict(rows: Sequence[dict[str, Any]]) -> str:
    """What the figures of one component say together."""
    if any(row["high"] < 0 for row in rows):
        return "worth it"
    if any(row["low"] > 0 for row in rows):
        return "better without"
    return "within noise" if any(row["changed"] for row in rows) else "no case changes"


def table(rows: Sequence[dict[str, Any]], notes: Mapping[str, str]) -> Iterator[str]:
    """One line a component: the figure on which its absence stands out most, the outcomes that
    change on all its sets, and what became of it."""
    yield " | ".join(HEAD).join(("| ", " |"))
    yield "|---" * len(HEAD) + "|"
    for path in dict.fromkeys(row["component"] for row in rows):
        mine = [row for row in rows if row["component"] == path]
        most = max(mine, key=lambda row: (abs(strength(row)), row["changed"], row["n"]))
        module, name = path.split(":")
        seen: dict[str, int] = {}
        for row in mine:
            seen[row["suite"]] = max(seen.get(row["suite"], 0), row["changed"])
        changed = ", ".join(f"{suite} {count}" for suite, count in seen.items())
        told = verdict(mine)
        if told != "worth it" and (why := notes.get(path, notes.get(module))):
            told += f"; kept: {why}"
        by = most["off"] - most["full"]
        cells = (
            f"`{name}`", module, most["lines"], f"{most['suite']}: {most['figure']} ({most['n']})",
            f"{most['full']:.3f}", f"{most['off']:.3f}",
            f"{by:+.3f} [{most['low']:+.3f}, {most['high']:+.3f}]", changed, told,
        )  # fmt: skip
        yield " | ".join(map(str, cells)).join(("| ", " |"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of the development data")
    parser.add_argument("--library", type=Path, required=True, help="filled when it is empty")
    parser.add_argument("--only", default="", help="components whose name holds this")
    parser.add_argument("--suite", choices=[*SUITES], action="append")
    parser.add_argument("--rows", type=Path, default=Path("ablation.jsonl"))
    parser.add_argument("--out", type=Path, help="write the table here")
    given = parser.parse_args()
    wanted = [(path, [s for s in suites if s in (given.suite or SUITES)])
              for path, suites in components() if given.only in path]  # fmt: skip
    measure(Context(given.data, given.library), wanted, given.rows)
    if given.out:
        head, _, _ = given.out.read_text(encoding="utf-8").partition("| component |")
        notes = dict(re.findall(r"^- `([^`]+)`: (.+)$", head, re.MULTILINE))
        given.out.write_text(head + "\n".join(table(read(given.rows), notes)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
