"""Development sets as paired scores: what ``tests.benchmarks.ablation`` compares with and without.

A suite returns, for each of its figures, one score per item (a label, a pair, a question), and for
each item the whole outcome in short, so that a change which no label sees is counted too. What
does not depend on the rules under test (candidates from the indexes, vectors) is kept between runs.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from ingest.attribution.statements import find_statements
from ingest.dates.time_expressions import TimeExpression, find_time_expressions
from ingest.pipeline import ingest
from ingest.records import Article
from ingest.segmentation import passage_spans, sentence_spans
from ingest.sources.reader import samples_folder
from ingest.storage.embedder import PackagedEmbedding
from ingest.storage.library import Library
from ingest.versions import near_duplicates
from qa import Answer, Assistant, Settings
from qa.evaluate.metrics.annotation_accuracy import (
    SPLITS,
    LabelledArticle,
    read_labelled_articles,
    same_name,
)
from qa.evaluate.metrics.answer_metrics import contains_any
from qa.evaluate.systems.article_keys import article_keys, key_of
from qa.questions.interpretation import interpret
from qa.reading import answerability, prompt_injection, sentence_ranking
from qa.reading.reader import shared_reader
from qa.reading.reader_input import Candidate
from qa.retrieval import ranking
from qa.retrieval.retriever import HybridRetriever
from qa.support import checker, features
from tests.benchmarks import answerability as refusal
from tests.benchmarks import compound_questions as pairs
from tests.benchmarks import retrieval, support
from tests.benchmarks import sentence_ranking as reading
from tests.benchmarks.annotation_accuracy import LABELS, stories
from tests.benchmarks.conditional_logit import logit
from tests.benchmarks.realtimeqa import CORPUS, QUESTIONS, fill, rows
from tests.rewrites import KINDS, retitled, rewrite

ANSWERABLE, UNANSWERABLE, PERTURBED, STORIES, PAIRS, ARTICLES = 100, 60, 40, 40, 250, 300
"""Items drawn from the larger sets, so that a run of one component takes seconds."""

COUNTS, QUANTITIES = 60, ("how_many", "when")

_SPANS = lru_cache(maxsize=200_000)(sentence_spans)
OWN = Path(__file__).parents[1] / "data"


@dataclass
class Outcome:
    """Scores of one run by figure and item, and each item's outcome in short."""

    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)

    def add(self, figure: str, item: str, score: float, outcome: object) -> None:
        self.scores.setdefault(figure, {})[item] = float(score)
        self.outcomes[f"{figure} {item}"] = str(outcome)


def drawn(found: Sequence[Any], number: int) -> list[Any]:
    """The same ``number`` of them in every run."""
    return list(found) if len(found) <= number else random.Random(7).sample(list(found), number)


@dataclass
class Context:
    """The data, the two libraries, and what no component changes."""

    data: Path
    home: Path
    kept: dict[str, Any] = field(default_factory=dict)
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """Of the component at hand."""

    @cached_property
    def corpus(self) -> Library:
        """RealTime QA's corpus, ingested into ``home`` unless it is there."""
        library = Library(self.home, embedder=self.embedder)
        fill(library, self.data / "realtimeqa_mini")
        return remembering(library)

    @cached_property
    def own(self) -> Library:
        """The bundled sample articles."""
        library = Library(Path(mkdtemp()), embedder=self.embedder)
        ingest([samples_folder()], library)
        return remembering(library)

    @cached_property
    def embedder(self) -> PackagedEmbedding:
        return PackagedEmbedding()

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def ask(self, asked: refusal.Asked, library: Library) -> Answer:
        if (key := (asked.kind, asked.id)) not in self.answers:
            assistant = Assistant(Settings(model="none"), library=library)
            self.answers[key] = assistant.ask(asked.text, asked_at=asked.day)
        return self.answers[key]


def remembering(library: Library) -> Library:
    """A library that embeds a text, and searches for a question, only once; questions are asked of
    the same sentences in every run, which are cut, and read with a question, only once."""
    for module in [m for key, m in sys.modules.items() if key.startswith("qa.")]:
        if vars(module).get("sentence_spans") is sentence_spans:
            vars(module)["sentence_spans"] = _SPANS
    found: dict[Any, Any] = {}
    encode = library.encode

    def encode_once(texts: list[str]) -> Any:
        if new := [t for t in dict.fromkeys(texts) if t not in found]:
            found.update(zip(new, encode(new), strict=True))
        return np.array([found[t] for t in texts])

    def once(make: Callable[..., Any]) -> Callable[..., Any]:
        def remembered(*given: Any) -> Any:
            key = (make.__name__, *(tuple(g) if isinstance(g, list) else g for g in given))
            if key not in found:
                found[key] = make(*given)
            return found[key]

        return remembered

    for name in ("dense_search", "lexical_search", "encode_question", "similarities"):
        setattr(library, name, once(getattr(library, name)))
    rarity = once(library.idf)
    setattr(library, "encode", encode_once)  # noqa: B010
    setattr(library, "idf", lambda stems: rarity(tuple(stems)))  # noqa: B010
    catalogue = library.catalogue
    setattr(catalogue, "retrievable", once(catalogue.retrievable))  # noqa: B010
    reader = RememberingReader()
    setattr(sentence_ranking, "shared_reader", lambda: reader)  # noqa: B010
    return library


class RememberingReader:
    """The packaged reader; what it has read it does not read again."""

    def __init__(self) -> None:
        self._reader = shared_reader()
        self._found: dict[Any, float] = {}

    def read(self, question: str, candidates: Sequence[Candidate], asked_at: Any) -> list[float]:
        keys = [(question, candidate, asked_at) for candidate in candidates]
        if new := [key for key in dict.fromkeys(keys) if key not in self._found]:
            found = self._reader.read(question, [candidate for _, candidate, _ in new], asked_at)
            self._found.update(zip(new, found, strict=True))
        return [self._found[key] for key in keys]


# -- dates, speakers, sentences: labels -----------------------------------------------------------


def _labels(context: Context, name: str) -> Iterable[tuple[str, dict[str, Any], Any]]:
    known = context.once("stories", lambda: stories(context.data))
    for folder in (LABELS, LABELS / "blind"):
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            if label["split"] in SPLITS and label["article"] in known:
                place = label.get("offset", label.get("start"))
                yield f"{label['article']}:{place}", label, known[label["article"]]


def _dated(story: LabelledArticle) -> tuple[TimeExpression, ...]:
    return find_time_expressions(story.text, story.published)


def dates(context: Context) -> Outcome:
    """Labelled time expressions given exactly their days, and windows without a spurious one."""
    out, read = Outcome(), {}
    labelled = list(_labels(context, "time_expressions"))
    for key, label, story in labelled:
        found = read.setdefault(
            label["article"], find_time_expressions(story.text, story.published)
        )
        end = label["offset"] + len(label["phrase"])
        mine = [e for e in found if e.start < end and label["offset"] < e.end and e.first]
        given = {(str(e.first), str(e.last)) for e in mine}
        meant = {(label["first"], label["last"])} if label["first"] else set()
        out.add("labels", key, given == meant, sorted(given))
    for key, window, story in _labels(context, "windows"):
        found = read.setdefault(
            window["article"], find_time_expressions(story.text, story.published)
        )
        mine = [label for _, label, _ in labelled if label["article"] == window["article"]]
        spurious = [
            e.phrase for e in found
            if e.first and window["start"] <= e.start < window["end"] and not any(
                x["offset"] < e.end and e.start < x["offset"] + len(x["phrase"]) for x in mine)
        ]  # fmt: skip
        out.add("nothing spurious", key, not spurious, spurious)
    return out


def speakers(context: Context) -> Outcome:
    """Labelled sentences given the right speaker, or none where nobody speaks."""
    out, read = Outcome(), {}
    for key, label, story in _labels(context, "speakers"):
        found = read.setdefault(label["article"], find_statements(story.text))
        end = label["offset"] + label["length"]
        mine = [s for s in found if s.start < end and label["offset"] < s.end]
        right = any(same_name(s.speaker, label["speaker"] or "") for s in mine)
        score = right if label["speaker"] else not mine
        out.add("labels", key, score, [(s.speaker, s.role, s.kind) for s in mine])
    return out


def sentences(context: Context) -> Outcome:
    """Sentences whose ends the splitter finds where the labels of speakers have them."""
    out, cut = Outcome(), {}
    for key, label, story in _labels(context, "speakers"):
        spans = cut.setdefault(label["article"], set(sentence_spans(story.text)))
        span = (label["offset"], label["offset"] + label["length"])
        out.add("labels", key, span in spans, span in spans)
    return out


def unlabelled(context: Context) -> Outcome:
    """Articles without labels: no score, only in how many the days or speakers change."""
    out = Outcome()
    corpus = context.data / "realtimeqa_mini" / CORPUS
    known = context.once("corpus", lambda: read_labelled_articles(corpus))
    for key, story in drawn(list(known.items()), ARTICLES):
        out.add("days of articles", key, 1, find_time_expressions(story.text, story.published))
        out.add("speakers of articles", key, 1, find_statements(story.text))
    return out


# -- support --------------------------------------------------------------------------------------


def _pairs(context: Context) -> dict[str, list[support.Pair]]:
    folder = context.data / "support_dev"
    known = {"SummEdits": support.summaries(folder), "AttributionBench": support.claims(folder)}
    halves = {name: drawn(support.halves(found)[1], PAIRS) for name, found in known.items()}
    strange = support.strangers([p for half in halves.values() for p in half])
    return {**halves, "strangers": strange}


def support_pairs(context: Context) -> Outcome:
    """Balanced accuracy of ``ok`` on the halves that no weight has seen."""
    out = Outcome()
    for name, found in context.once("pairs", lambda: _pairs(context)).items():
        share = {flag: sum(p.supported == flag for p in found) for flag in (True, False)}
        kinds = sum(map(bool, share.values()))
        for index, pair in enumerate(found):
            verdict = checker.check_support(pair.sentence, pair.quotes)
            weight = len(found) / (kinds * share[pair.supported])
            right = (verdict.supported == pair.supported) * weight
            out.add(name, str(index), right, verdict.reasons)
    return out


def support_cases(context: Context) -> Outcome:
    """The pairs written for the checks one by one."""
    out = Outcome()
    for index, case in enumerate(rows(OWN / "support_cases.jsonl")):
        verdict = checker.check_support(case["sentence"], case["quotes"])
        out.add("cases", str(index), verdict.supported == case["supported"], verdict.reasons)
    return out


# -- questions ------------------------------------------------------------------------------------


def _questions(context: Context) -> dict[str, list[tuple[refusal.Asked, tuple[str, ...]]]]:
    """The questions of each figure with their accepted answers."""
    known = {r["question_id"]: r for r in rows(context.data / "realtimeqa_mini" / QUESTIONS)}
    own = {r["id"]: r for r in rows(OWN / "sample_questions.jsonl")}
    corpus = list(refusal.development(context.data))
    mine = list(refusal.on_samples())
    of_kind = {kind: [a for a in corpus if a.kind == kind]
               for kind in ("answerable", "unanswerable", "on topic")}  # fmt: skip
    return {
        "RealTime QA": [(a, tuple(known[a.id]["answer"]))
                        for a in drawn(of_kind["answerable"], ANSWERABLE)],
        "samples": [(a, tuple(own[a.id]["answers"])) for a in mine if a.answerable],
        "off topic": [(a, ()) for a in drawn(of_kind["unanswerable"], UNANSWERABLE)],
        "perturbed": [(a, ()) for a in drawn(of_kind["on topic"], PERTURBED)],
        "samples, unanswerable": [(a, ()) for a in mine if not a.answerable],
        "false premise": [(a, ()) for a in refusal.with_false_premises()],
        "quantities": [(a, ()) for a in drawn([
            a for a in of_kind["answerable"] if interpret(a.text).kind in QUANTITIES], COUNTS)],
        "sample quantities": [(a, ()) for a in mine if a.answerable and (
            own[a.id]["kind"] in ("superseded", "disputed")
            or interpret(a.text).kind in QUANTITIES)],
    }  # fmt: skip


def _asked(context: Context, *sets: str) -> Iterable[tuple[str, Any, tuple[str, ...], Answer]]:
    questions = context.once("questions", lambda: _questions(context))
    for name in sets:
        of_corpus = name in ("RealTime QA", "off topic", "perturbed", "quantities")
        library = context.corpus if of_corpus else context.own
        for asked, accepted in questions[name]:
            yield name, asked, accepted, context.ask(asked, library)


def _told(answer: Answer) -> str:
    shown = (answer.status, answer.text, answer.short_answer, answer.notices, answer.superseded,
             answer.disagreements, [c.quote for c in answer.citations])  # fmt: skip
    return sha256(str(shown).encode()).hexdigest()


def reading_(context: Context) -> Outcome:
    """Answerable questions: the answer in the first quote, in any, in bold, and not refused."""
    out = Outcome()
    for name, asked, accepted, answer in _asked(context, "RealTime QA", "samples"):
        quotes, told = [c.quote for c in answer.citations], _told(answer)
        refused = answer.status == "not_found"
        first = bool(quotes and not refused and contains_any(quotes[0], accepted))
        every = not refused and any(contains_any(quote, accepted) for quote in quotes)
        bold = contains_any(answer.short_answer or "", accepted)
        for figure, score in (("first quote", first), ("any quote", every), ("in bold", bold),
                              ("not refused", not refused)):  # fmt: skip
            out.add(f"{name}: {figure}", asked.id, score, told)
        doubted = answer.status == "false_premise"
        out.add(f"{name}: premise not doubted", asked.id, not doubted, told)
    return out


def refusing(context: Context) -> Outcome:
    """Unanswerable questions that are refused."""
    out = Outcome()
    for name, asked, _, answer in _asked(context, "off topic", "perturbed",
                                         "samples, unanswerable"):  # fmt: skip
        refused = answer.status in ("not_found", "false_premise")
        out.add(f"{name}: refused", asked.id, refused, answer.status)
    return out


def premises(context: Context) -> Outcome:
    """False premises that are told."""
    out = Outcome()
    for name, asked, _, answer in _asked(context, "false premise"):
        out.add(f"{name}: told", asked.id, answer.status == "false_premise", _told(answer))
    return out


def figures(context: Context) -> Outcome:
    """Sample questions whose figures moved or are disputed say so; the others do not."""
    out = Outcome()
    kinds = {r["id"]: r["kind"] for r in rows(OWN / "sample_questions.jsonl")}
    for _, asked, _, answer in _asked(context, "sample quantities"):
        kind = kinds[asked.id]
        told = {"superseded": bool(answer.superseded), "disputed": bool(answer.disagreements)}
        figure = kind if kind in told else "neither"
        score = told.get(kind, not any(told.values()))
        shown = [(r.value, str(r.day)) for r in (*answer.superseded, *answer.disagreements)]
        out.add(figure, asked.id, score, shown)
    for _, asked, _, answer in _asked(context, "quantities"):
        shown = [(r.value, str(r.day)) for r in (*answer.superseded, *answer.disagreements)]
        out.add("RealTime QA: nothing set against", asked.id, not shown, shown)
    return out


def joined(context: Context) -> Outcome:
    """Two sample questions in one: answered when both are alone, partial when the second is not."""
    out, own = Outcome(), rows(OWN / "sample_questions.jsonl")
    assistant = Assistant(Settings(model="none"), library=context.own)
    alone = context.once("alone", lambda: {
        r["id"]: assistant.ask(r["question"], asked_at=pairs.ASKED).status for r in own
    })  # fmt: skip
    plain = [r for r in own if alone[r["id"]] == "answered" and not r["unanswerable"]
             and r["kind"] not in ("multi_source", "superseded", "disputed")]  # fmt: skip
    refused = [r for r in own if r["unanswerable"] and alone[r["id"]] == "not_found"]
    chance = random.Random(1)
    for meant, seconds in (("answered", drawn(plain, 40)), ("partial", refused)):
        for second in seconds:
            fits = [r for r in plain if not pairs.files(r) & pairs.files(second)]
            text = pairs.joined(chance.choice(fits)["question"], second["question"])
            answer = assistant.ask(text, asked_at=pairs.ASKED)
            out.add(meant, second["id"], answer.status == meant, _told(answer))
    return out


def retrieving(context: Context) -> Outcome:
    """The questions with an editor-linked article: hit@1 and reciprocal rank."""
    out, retriever = Outcome(), HybridRetriever(context.corpus)
    asked = [r for r in rows(context.data / "realtimeqa_mini" / QUESTIONS) if r["gold_article_ids"]]
    ids = [i for row in asked for i in row["gold_article_ids"]]
    keys = context.once("keys", lambda: article_keys(context.corpus, ids))
    for row in asked:
        question = interpret(row["question"], (), date.fromisoformat(row["date"].replace("/", "-")))
        places = list(dict.fromkeys(key_of(h.article) for h in retriever.search(question)))
        gold = {keys.get(i) for i in row["gold_article_ids"]}
        rank = next((place for place, key in enumerate(places, 1) if key in gold), None)
        out.add("hit@1", row["question_id"], rank == 1, places)
        out.add("MRR", row["question_id"], 1 / rank if rank else 0.0, rank)
    return out


# -- features: weights fitted anew without one ----------------------------------------------------


def _cross_fitted(tables: Sequence[tuple[Any, Any]], names: Sequence[str]) -> Iterable[Any]:
    """(item, order of its candidates) by weights from the other folds, for each shuffle."""
    for seed in range(retrieval.SHUFFLES):
        fold = np.random.default_rng(seed).permutation(len(tables)) % retrieval.FOLDS
        for held in range(retrieval.FOLDS):
            rest = [t for t, f in zip(tables, fold, strict=True) if f != held]
            weights = np.array(list(logit(rest, names).values()))
            for index in np.flatnonzero(fold == held):
                scores = tables[index][0] @ weights
                yield seed, int(index), scores, np.argsort(-scores, kind="stable")


def ranking_refitted(context: Context) -> Outcome:
    """Out-of-fold MRR of the linked articles, weights fitted anew with the features there are."""
    gold = context.once("gold", lambda: retrieval.collect(
        context.corpus, context.data / "realtimeqa_mini", dated=True)[0])  # fmt: skip
    out, names = Outcome(), list(ranking.RANKING_WEIGHTS)
    tables = [(one.table(names), one.gold) for one in gold]
    for seed, index, scores, _ in _cross_fitted(tables, names):
        place = gold[index].place(scores, gold[index].gold)
        out.add("MRR, refitted", f"{index}/{seed}", 1 / place, place)
        out.add("hit@1, refitted", f"{index}/{seed}", place == 1, place)
    return out


def reading_refitted(context: Context) -> Outcome:
    """Out-of-fold: the answer in the first sentence and in the first three."""
    folder = context.data / "realtimeqa_mini"
    asked = context.once("read", lambda: reading.collect(context.corpus, folder))
    out, names = Outcome(), list(sentence_ranking.RELEVANCE_WEIGHTS)
    tables = [(one.table(names), one.right) for one in asked]
    for seed, index, _, order in _cross_fitted(tables, names):
        right = tables[index][1][order]
        out.add("first, refitted", f"{index}/{seed}", right[:1].any(), order[:1])
        out.add("three, refitted", f"{index}/{seed}", right[:3].any(), order[:3])
    return out


def gate_refitted(context: Context) -> Outcome:
    """Out-of-fold decisions of the gate: not refused where answerable, refused elsewhere."""
    every = context.once("seen", lambda: [
        *refusal.seen(list(refusal.development(context.data)), context.corpus),
        *refusal.seen(list(refusal.on_samples()), context.own)])  # fmt: skip
    out = Outcome()
    refusal.NAMES = [name for name in answerability.ANSWERABILITY_WEIGHTS if name != "bias"]
    for one, score in zip(every, refusal.crossed(every), strict=True):
        answered = bool(score >= answerability.MIN_ANSWER_PROBABILITY)
        out.add(f"{one.asked.kind}, refitted", one.asked.id, answered == one.asked.answerable,
                answered)  # fmt: skip
    return out


def support_refitted(context: Context) -> Outcome:
    """Balanced accuracy on the held-out halves, weights and threshold from the others."""
    folder = context.data / "support_dev"
    sets = {"SummEdits": support.summaries(folder), "AttributionBench": support.claims(folder)}
    cut = {name: support.halves(found) for name, found in sets.items()}
    found: dict[Any, Any] = context.once("compared", dict)
    compare = features.compare_claim

    def compare_once(sentence: str, quotes: Sequence[str], context: str = "") -> Any:
        key = (sentence, tuple(quotes))
        if key not in found:
            found[key] = compare(sentence, quotes, context)
        return found[key]

    support.compare_claim = compare_once
    firsts = [first for first, _ in cut.values()]
    apart = support.strangers([p for first in firsts for p in first])
    weights = support.fit([*((1.0, f) for f in firsts), (support.STRANGERS, apart)])
    out = Outcome()
    seen = {name: [[sum(weights[k] * (k == "bias" or compare_once(p.sentence, p.quotes).features[k])
                        for k in weights) for p in half] for half in halves]
            for name, halves in cut.items()}  # fmt: skip
    truth = np.array([p.supported for first in firsts for p in first])
    at = support.best_threshold(np.array([s for one, _ in seen.values() for s in one]), truth)
    for name, (_, second) in cut.items():
        share = np.mean([p.supported for p in second])
        for index, (pair, value) in enumerate(zip(second, seen[name][1], strict=True)):
            weight = 0.5 / (share if pair.supported else 1 - share)
            right = ((value >= at) == pair.supported) * weight
            out.add(f"{name}, refitted", str(index), right, value >= at)
    support.compare_claim = compare
    return out


# -- articles -------------------------------------------------------------------------------------


def injected(context: Context) -> Outcome:
    """Attacks of which a sentence is kept out, and harmless texts of which none is."""
    folder = context.data / "injection_dev"
    attacks = json.loads((folder / "bipia_text_attack_train.json").read_text(encoding="utf-8"))
    harmless = json.loads((folder / "notinject_dev.json").read_text(encoding="utf-8"))
    out = Outcome()
    texts = [("attacks kept out", t, True) for group in attacks.values() for t in group]
    texts += [("harmless let through", row["prompt"], False) for row in harmless]
    for index, (figure, text, meant) in enumerate(texts):
        flags = [prompt_injection.is_injection(text[a:b]) for a, b in sentence_spans(text)]
        out.add(figure, str(index), any(flags) == meant, flags)
    return out


def copies(context: Context) -> Outcome:
    """Rewrites that join their original, and other reports of one event that do not."""
    out = Outcome()
    found: dict[str, list[Article]] = {}
    for row in rows(context.data / "outlets" / "basil_articles.jsonl"):
        one = Article(
            id=row["id"],
            cluster_id=row["id"],
            text=row["text"],
            title=row["title"],
            publisher=row["publisher"],
            url=row["url"],
            canonical_url=row["url"],
        )
        found.setdefault(row["event_id"], []).append(one)  # fmt: skip
    for event, (first, *rest) in drawn(sorted(found.items()), STORIES):
        for number, other in enumerate(rest):
            joined = near_duplicates.assign_cluster(other, [first]).cluster_id == first.cluster_id
            out.add("reports apart", f"{event}/{number}", not joined, joined)
    long = [r for r in rows(context.data / "realtimeqa_mini" / CORPUS) if len(r["text"]) > 2_000]
    for seed, row in enumerate(drawn(long, STORIES)):
        first = Article(id="o", cluster_id="o", text=row["text"], title=row["title"] or "",
                        publisher="One", canonical_url="https://one.example/a")  # fmt: skip
        for kind in KINDS:
            copy = replace(first, id="c", cluster_id="c", text=rewrite(row["text"], kind, seed),
                           title=retitled(first.title, seed), publisher="Two",
                           canonical_url="https://two.example/a")  # fmt: skip
            mine, theirs = map(_sketch, (copy, first))
            shared = {"o": len({*mine.signatures()} & {*theirs.signatures()})}
            met = bool(near_duplicates.rank_candidates(shared, mine)) and shared["o"] > 0
            joined = met and near_duplicates.assign_cluster(copy, [first]).cluster_id == "o"
            out.add("rewrites joined", f"{row['id']}/{kind}", joined, joined)
    return out


def _sketch(article: Article) -> near_duplicates.Sketch:
    return near_duplicates.build_sketch(article.text, passage_spans(article.text))


SUITES: dict[str, Callable[[Context], Outcome]] = {
    "dates": dates, "speakers": speakers, "sentences": sentences, "unlabelled": unlabelled,
    "support": support_pairs,
    "cases": support_cases, "reading": reading_, "refusing": refusing,
    "premises": premises, "figures": figures, "joined": joined, "retrieval": retrieving,
    "ranking refit": ranking_refitted, "reading refit": reading_refitted,
    "gate refit": gate_refitted, "support refit": support_refitted, "injection": injected,
    "copies": copies,
}  # fmt: skip
