"""Prepares and carries out one run of ``citewire eval``: the options in, results and a page out.

    prepare_run   options -> cases, library, model, judge, and a key that names exactly this run
    execute_run   every system over the same cases; a folder each, one page for all

Knows nothing about terminals.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.dates.parsing import parse_date
from ingest.pipeline import ingest
from qa.assistant import Assistant
from qa.bootstrap import open_embedder
from qa.errors import EvaluationError
from qa.evaluate.extras import has_module, left_out_notice, require_extra
from qa.evaluate.metrics.judges import evaluators_of, judge_of
from qa.evaluate.metrics.reply_scoring import Price
from qa.evaluate.question_sets.question_set import QuestionSet, read_questions, sample
from qa.evaluate.records import Case, Report
from qa.evaluate.report.html_report import write_report
from qa.evaluate.results import PAGE, ResultFolder
from qa.evaluate.run import OnRow, Scoring, evaluate
from qa.evaluate.systems.registry import check_system_names, open_systems

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.settings import Settings

MODES = ("quoted", "written", "retrieval")
RESULTS_FOLDER = Path("citewire-eval")


@dataclass(frozen=True, slots=True)
class Plan:
    """The options of one run; see ``citewire eval run --help``."""

    questions: tuple[Path, ...]
    unanswerable: tuple[Path, ...] = ()
    corpus: tuple[Path, ...] = ()
    systems: tuple[str, ...] = ("citewire",)
    mode: str | None = None
    sample: int | None = None
    seed: int = 0
    judge: str = "checker"
    evaluators: tuple[str, ...] = ()
    price: Price | None = None
    workers: int = 1
    out: Path | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A plan with everything opened."""

    cases: tuple[Case, ...]
    assistant: Assistant
    mode: str
    systems: tuple[str, ...]
    scoring: Scoring
    key: dict[str, Any]
    """Everything that decides what the rows will be."""
    folder: Path
    notice: str
    """What is left out because an optional package is missing; empty when nothing is."""


def prepare_run(plan: Plan, settings: Settings) -> PreparedRun:
    """Read the questions and open what answers them. Raises QaError or IngestError."""
    if plan.mode is not None and plan.mode not in MODES:
        raise EvaluationError(f"--mode is {plan.mode!r}; expected {', '.join(MODES)}.")
    systems = check_system_names(plan.systems)
    _check_extra(plan.mode, systems)
    sets = [read_questions(path) for path in plan.questions] + [
        read_questions(path, unanswerable=True) for path in plan.unanswerable
    ]
    cases = _distinct_cases(sets)
    if plan.sample:
        cases = sample(cases, plan.sample, plan.seed)
    if plan.mode in ("quoted", "retrieval"):
        settings = settings.model_copy(update={"model": "none"})
    assistant = Assistant(settings, library=_corpus_library(plan, sets, settings))
    mode = plan.mode or ("written" if assistant.llm else "quoted")
    if mode == "written" and assistant.llm is None:
        raise EvaluationError(
            "--mode written needs a model: set OPENAI_API_KEY, OPENAI_BASE_URL or CITEWIRE_GGUF."
        )
    scoring = Scoring(
        judge=judge_of(plan.judge, settings),
        price=plan.price,
        extra=evaluators_of(plan.evaluators, settings),
        answering=mode != "retrieval",
    )
    key = _run_key(plan, sets, assistant, mode)
    name = f"{sets[0].name.split('.')[0]}-{mode}-{_digest(repr(sorted(key.items())))}"
    folder = plan.out or RESULTS_FOLDER / name
    return PreparedRun(
        cases, assistant, mode, systems, scoring, key, folder, left_out_notice()
    )  # fmt: skip


def execute_run(plan: Plan, prepared: PreparedRun, on_row: OnRow) -> list[Report]:
    """Run every system, keep rows and summaries, and write the page."""
    reports = []
    for system in open_systems(prepared.systems, prepared.assistant):
        several = len(prepared.systems) > 1
        key = prepared.key | {"system": system.name}
        path = prepared.folder / system.name if several else prepared.folder
        folder = ResultFolder(path, key, fresh=plan.fresh)
        started, when = time.perf_counter(), datetime.now(UTC).isoformat(timespec="seconds")
        report = evaluate(
            system, prepared.cases, scoring=prepared.scoring, workers=plan.workers, folder=folder,
            run=key | {"when": when}, on_row=on_row,
        )  # fmt: skip
        seconds = round(time.perf_counter() - started, 1)
        report = replace(report, run={**report.run, "seconds": seconds})
        folder.finish(report)
        reports.append(report)
    write_report(reports, prepared.folder / PAGE)
    return reports


def _check_extra(mode: str | None, systems: Sequence[str]) -> None:
    """Fail before anything is opened when nothing could be measured without the extra."""
    if mode == "retrieval":
        require_extra("ir_measures", "Retrieval measures")
    if any(name.startswith("llama-index") for name in systems):
        require_extra("llama_index.vector_stores.chroma", "The llama-index systems")


def _distinct_cases(sets: Sequence[QuestionSet]) -> tuple[Case, ...]:
    cases: dict[str, Case] = {}
    for case in (case for one in sets for case in one.cases):
        if case.id in cases:
            raise EvaluationError(f"The id {case.id!r} occurs in two of the question sets.")
        cases[case.id] = case
    return tuple(cases.values())


def _corpus_library(plan: Plan, sets: Sequence[QuestionSet], settings: Settings) -> Library | None:
    """A library of the corpus, made at the first run and used again; None: the settings' own."""
    from ingest.storage.library import Library

    articles = [article for one in sets for article in one.articles]
    if not plan.corpus and not articles:
        return None
    if missing := [path for path in plan.corpus if not path.exists()]:
        raise EvaluationError(f"--corpus {missing[0]}: no such file or folder.")
    name = _digest(*map(_content_digest, plan.corpus), *(s.sha256 for s in sets if s.articles))
    library = Library(RESULTS_FOLDER / f"corpus-{name}", embedder=open_embedder(settings))
    # what is there already is found unchanged: an interrupted ingestion goes on
    if library.catalogue.meta().get("corpus") != name:
        report = ingest([*plan.corpus, *articles], library)
        if not library.catalogue.counts()["articles"]:
            why = f": {report.rejected[0].reason}" if report.rejected else ""
            raise EvaluationError(f"The corpus holds no article{why}.")
        library.catalogue.set_meta({"corpus": name})
    return library


def _content_digest(path: Path) -> str:
    """A digest of a file, or of every file of a folder."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()


def _run_key(
    plan: Plan, sets: Sequence[QuestionSet], assistant: Assistant, mode: str
) -> dict[str, Any]:
    """Everything that decides what the rows will be, as plain values."""
    catalogue = assistant.library.catalogue
    name = "+".join(one.name.split(".")[0] for one in sets)
    drawn = f" sample {plan.sample} seed {plan.seed}" if plan.sample else ""
    span, counts = catalogue.published_span(), catalogue.counts()
    key = {
        "set": f"{name}{drawn}",
        "questions": [one.sha256[:16] for one in sets],
        "mode": mode,
        "model": model_label(assistant.llm.metadata.model_name) if assistant.llm else None,
        "judge": plan.judge,
        "evaluators": list(plan.evaluators),
        "embedder": assistant.settings.embedder,
        "articles": counts["articles"],
        "passages": counts["passages"],
        "newest": parse_date(span[1]).date().isoformat() if span else None,  # type: ignore[union-attr]
        "library": _digest(*sorted(catalogue.passage_ids("ready"))),
        "code": _code_digest(),
    }
    return key if has_module("ir_measures") else key | {"left_out": "retrieval measures"}


def model_label(name: str) -> str:
    """A model's name; of a file, which servers give with its path, the file's name alone."""
    return Path(name).name if name.startswith(("/", "~", ".")) or "\\" in name else name


def _code_digest() -> str:
    """A digest of this project's own code: results of another state are another run's."""
    qa = Path(__file__).parents[1]
    files = sorted(p for folder in (qa, qa.parent / "ingest") for p in folder.rglob("*.py"))
    return _digest(*(f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
