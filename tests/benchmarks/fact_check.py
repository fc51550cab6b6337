"""Checks sentences of which it is known whether they are true, and counts the verdicts.

    python -m tests.benchmarks.fact_check DATA LIBRARY [--half fit|report] [--limit N]

LIBRARY is a folder with the RealTime QA development articles, filled if it is empty. Four sets:

    planted     sentences of these articles as they stand, and with one number, day, person, place
                or negation exchanged by a rule (``plant``)
    summaries   SummEdits news against its own documents: consistent summaries, and such as a
                language model edited, by kind of edit
    retold      BASIL: the report of one outlet against those of the two others on the same event;
                true sentences in other words, of which many are in neither
    elsewhere   the same sentences against the RealTime QA articles, which tell none of it

A threshold is chosen on the half ``fit`` of each set (by a hash of the article) and reported on the
half ``report``. No model but the packaged embedder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.pipeline import ingest
from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from qa.evaluate.question_sets.standalone_sentences import standalone_sentence, typed_names
from qa.fact_check import VERDICTS, CheckedSentence, DraftCheck, FactChecker
from qa.language.sentence_tokens import parse_sentences
from qa.language.time_spans import MONTHS, WEEKDAYS
from qa.quantities.calendar_dates import find_calendar_dates
from qa.quantities.measurements import find_measurements
from tests.benchmarks.realtimeqa import CORPUS, fill, rows

SEED = 20261128
SENTENCES_A_KIND = 120
"""Planted errors of each kind, before they are halved."""

ARTICLES_SAMPLED = 300
"""Articles from which sentences are taken."""

SENTENCES_AN_EVENT = 2
"""Sentences of the outlet that is left out."""

WORDS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty".split()


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the article it comes from, and what was done to it; ``true`` for nothing."""

    text: str
    article: str
    kind: str


def half_of(article: str) -> str:
    """The half an article belongs to, by a hash of its id."""
    return "fit" if hashlib.sha256(article.encode()).digest()[0] % 2 else "report"


# -- planting -------------------------------------------------------------------------------------


def other_number(text: str) -> str | None:
    """Another number, half as much again, written in the same way."""
    if text.lower() in WORDS[:-1]:
        return WORDS[WORDS.index(text.lower()) + 1]
    if not (digits := re.search(r"\d[\d,]*(?:\.\d+)?", text)):
        return None
    value = float(digits.group().replace(",", ""))
    whole = value.is_integer() and "." not in digits.group()
    new = f"{int(value + max(2, value // 2)):,}" if whole else f"{value * 1.5 + 0.2:.1f}"
    return text.replace(digits.group(), new if "," in digits.group() else new.replace(",", ""))


def other_day(text: str) -> str | None:
    """A weekday three days on, or another month."""
    for names in (WEEKDAYS, MONTHS):
        for place, name in enumerate(names):
            if text.lower().startswith(name) and len(name) > 3:
                new = names[(place + 3) % len(names)].capitalize()
                return new + text[len(name) :]
    return None


def plant(sentence: str, article: str, names: dict[str, list[str]], draw: random.Random
          ) -> Iterator[tuple[str, str]]:  # fmt: skip
    """The sentence with one thing exchanged: (kind, text), once for each kind that it allows."""
    for found in find_measurements(sentence):
        new = other_number(found.text) if found.is_exact and found.value > 1 else None
        if new and new.lower() not in article.lower():
            yield "figure", sentence[: found.start] + new + sentence[found.end :]
            break
    for day in find_calendar_dates(sentence):
        if new := other_day(sentence[day.start : day.end]):
            yield "day", sentence[: day.start] + new + sentence[day.end :]
            break
    for kind, told in (("who", "person"), ("where", "place")):
        for name in typed_names(sentence, article):
            others = [other for other in names[kind] if other not in article]
            if name.kind == kind and others:
                yield told, sentence[: name.start] + draw.choice(others) + sentence[name.end :]
                break
    if found := re.search(r"\b(?:was|were|is|are|will|has|have|had)\b(?! not\b)", sentence):
        yield "negation", f"{sentence[: found.end()]} not{sentence[found.end() :]}"


def planted(articles: Sequence[dict[str, Any]]) -> list[Case]:
    """True sentences and, from others of the same articles, those with an error."""
    draw = random.Random(SEED)
    names: dict[str, list[str]] = {"who": [], "where": []}
    told: list[tuple[str, dict[str, Any]]] = []
    for article in draw.sample(list(articles), ARTICLES_SAMPLED):
        for parsed in parse_sentences(article["text"][:4_000]):
            if (one := standalone_sentence(parsed.text)) and one == parsed.text:
                told.append((one, article))
                for name in typed_names(one, article["text"]):
                    if name.kind:
                        names[name.kind].append(name.text)
    draw.shuffle(told)
    cases: list[Case] = []
    count: Counter[str] = Counter()
    for sentence, article in told:
        for kind, text in (("true", sentence), *plant(sentence, article["text"], names, draw)):
            if count[kind] < SENTENCES_A_KIND:
                count[kind] += 1
                cases.append(Case(text, article["id"], kind))
    return cases


# -- the other sets ---------------------------------------------------------------------------


def summaries(folder: Path) -> tuple[list[dict[str, str]], list[Case]]:
    """The documents of SummEdits news, and its summaries."""
    found = rows(folder / "summedits_news_dev.jsonl")
    ids = {doc: f"doc{place}" for place, doc in enumerate(dict.fromkeys(r["doc"] for r in found))}
    documents = [{"id": key, "text": doc} for doc, key in ids.items()]
    kinds = [("true" if r["label"] else r["edit_types"] or ["unnamed"]) for r in found]
    return documents, [
        Case(r["summary"], ids[r["doc"]], kind if isinstance(kind, str) else "+".join(kind))
        for r, kind in zip(found, kinds, strict=True)
    ]


def retold(folder: Path) -> tuple[list[dict[str, Any]], list[Case]]:
    """Two outlets' reports of each event, and sentences of the third."""
    found = rows(folder / "basil_articles.jsonl")
    left_out = {event: place % 3 for place, event in enumerate(dict.fromkeys(
        r["event_id"] for r in found))}  # fmt: skip
    library, cases, seen = [], [], Counter[str]()
    for row in found:
        turn, event = seen[row["event_id"]], row["event_id"]
        seen[event] += 1
        if turn != left_out[event]:
            library.append(row)
            continue
        fit = [s.text for s in parse_sentences(row["text"]) if standalone_sentence(s.text)]
        cases += [Case(text, str(event), "true") for text in fit[:SENTENCES_AN_EVENT]]
    return library, cases


# -- checking -------------------------------------------------------------------------------------


def filled(home: Path, articles: Sequence[dict[str, Any]]) -> Library:
    """A library with some articles."""
    library = Library(home / "library", embedder=PackagedEmbedding())
    lines = home / "articles.jsonl"
    lines.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    ingest([lines], library)
    return library


def check(checker: FactChecker, text: str) -> DraftCheck:
    """The whole check of a text."""
    *_, last = checker.check(text)
    return last


def first_of_each(cases: Sequence[Case], limit: int) -> list[Case]:
    """The first cases of each kind."""
    seen: Counter[str] = Counter()
    found = []
    for case in cases:
        seen[case.kind] += 1
        if seen[case.kind] <= limit:
            found.append(case)
    return found


def worst(sentences: Sequence[CheckedSentence]) -> str:
    """The verdict on a text of several sentences: contradicted if one is, then not found."""
    found = {s.verdict for s in sentences}
    order = ("contradicted", "not_found", "supported", "not_checkable")
    return next(verdict for verdict in order if verdict in found)


def report(name: str, library: Library, cases: Sequence[Case], show: str) -> None:
    """Print how many cases of each kind got which verdict."""
    checker, begun = FactChecker(library), time.perf_counter()
    table: dict[str, Counter[str]] = {}
    for case in cases:
        found = check(checker, case.text)
        verdict = worst(found.sentences)
        table.setdefault(case.kind, Counter())[verdict] += 1
        if {case.kind, f"{case.kind}:{verdict}", f"{name}:{verdict}"} & set(show.split(",")):
            print_case(case, found)
    seconds = (time.perf_counter() - begun) / max(1, len(cases))
    print(f"\n{name}: {len(cases)} texts, {seconds * 1000:.0f} ms each\n")
    print("| kind | texts | " + " | ".join(VERDICTS[:3]) + " |\n|---|---|---|---|---|")
    for kind, count in sorted(
        table.items(), key=lambda item: (item[0] != "true", -item[1].total())
    ):
        row = " | ".join(str(count[verdict]) for verdict in VERDICTS[:3])
        print(f"| {kind} | {count.total()} | {row} |")


def print_case(case: Case, found: DraftCheck) -> None:
    """A case as it was judged, to be read."""
    print(f"\n[{case.kind}] {case.text}")
    for one in found.sentences:
        quotes = [found.citations[n - 1].quote for n in one.citations]
        print(f"    {one.verdict}: {'; '.join([*map(str, one.differences), *one.reasons])}")
        print(f"    {' / '.join(quotes)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("library", type=Path)
    parser.add_argument("--half", choices=("fit", "report"), default="report")
    parser.add_argument("--sets", default="planted,summaries,retold,elsewhere")
    parser.add_argument("--limit", type=int, default=10_000, help="texts of each set and kind")
    parser.add_argument("--show", default="", help="KIND, KIND:VERDICT, SET:VERDICT; with commas")
    options = parser.parse_args()
    wanted = options.sets.split(",")

    def run(name: str, library: Library, cases: Sequence[Case]) -> None:
        if name in wanted:
            half = [case for case in cases if half_of(case.article) == options.half]
            report(name, library, first_of_each(half, options.limit), options.show)

    mini = Library(options.library, embedder=PackagedEmbedding())
    fill(mini, options.data / "realtimeqa_mini")
    if "planted" in wanted:
        run("planted", mini, planted(rows(options.data / "realtimeqa_mini" / CORPUS)))
    if "elsewhere" in wanted:
        run("elsewhere", mini, retold(options.data / "outlets")[1])
    with tempfile.TemporaryDirectory() as folder:
        documents, cases = summaries(options.data / "support_dev")
        if "summaries" in wanted:
            run("summaries", filled(Path(folder), documents), cases)
    with tempfile.TemporaryDirectory() as folder:
        articles, cases = retold(options.data / "outlets")
        if "retold" in wanted:
            run("retold", filled(Path(folder), articles), cases)


if __name__ == "__main__":
    main()
