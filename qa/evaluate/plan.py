"""What ``citewire eval`` was asked to do, made ready and carried out.

    prepared   questions, library, model, judge and a key that names exactly this run
    execute    every system over the same cases; a folder each, one page for all

Knows nothing about terminals.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.dates.parsing import parse_date
from ingest.pipeline import ingest
from qa.assistant import Assistant
from qa.bootstrap import open_embedder
from qa.errors import EvaluationError
from qa.evaluate.metrics.judges import evaluators_of, judge_of
from qa.evaluate.metrics.reply_scoring import Price
from qa.evaluate.question_sets.question_set import QuestionSet, read_questions, sample
from qa.evaluate.records import Case, Report
from qa.evaluate.report.html_report import write_report
from qa.evaluate.run import PAGE, OnRow, ResultFolder, Scoring, evaluate, now
from qa.evaluate.systems.registry import check_system_names, open_systems

if TYPE_CHECKING:
    from ingest.storage.library import Library
    from qa.settings import Settings

MODES = ("quoted", "written", "retrieval")
RESULTS = Path("citewire-eval")


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
class Ready:
    """A plan with everything opened."""

    cases: tuple[Case, ...]
    assistant: Assistant
    mode: str
    systems: tuple[str, ...]
    scoring: Scoring
    key: dict[str, Any]
    folder: Path


def prepared(plan: Plan, settings: Settings) -> Ready:
    """Read the questions and open what answers them. Raises QaError or IngestError."""
    if plan.mode is not None and plan.mode not in MODES:
        raise EvaluationError(f"--mode is {plan.mode!r}; expected {', '.join(MODES)}.")
    systems = check_system_names(plan.systems)
    sets = _read(plan)
    cases = _cases(sets, plan)
    if plan.mode in ("quoted", "retrieval"):
        settings = settings.model_copy(update={"model": "none"})
    assistant = Assistant(settings, library=_library(plan, sets, settings))
    mode = plan.mode or ("written" if assistant.llm else "quoted")
    if mode == "written" and assistant.llm is None:
        raise EvaluationError(
            "--mode written needs a model: set OPENAI_API_KEY, OPENAI_BASE_URL or CITEWIRE_GGUF."
        )
    scoring = Scoring(
        judge=judge_of(plan.judge, settings),
        price=plan.price,
        extra=evaluators_of(plan.evaluators, assistant.library, settings),
        answering=mode != "retrieval",
    )
    key = _key(plan, sets, assistant, mode)
    name = f"{sets[0].name.split('.')[0]}-{mode}-{_digest(repr(sorted(key.items())))}"
    return Ready(cases, assistant, mode, systems, scoring, key, plan.out or RESULTS / name)


def execute(plan: Plan, ready: Ready, on_row: OnRow) -> list[Report]:
    """Run every system, keep rows and summaries, and write the page."""
    reports = []
    for system in open_systems(ready.systems, ready.assistant):
        place = ready.folder / system.name if len(ready.systems) > 1 else ready.folder
        key = ready.key | {"system": system.name}
        folder = ResultFolder(place, key, fresh=plan.fresh)
        started, before = time.perf_counter(), now()
        report = evaluate(
            system, ready.cases, scoring=ready.scoring, workers=plan.workers, folder=folder,
            run=key | {"when": before}, on_row=on_row,
        )  # fmt: skip
        spent = {"seconds": round(time.perf_counter() - started, 1)}
        report = Report(
            report.system, {**report.run, **spent}, report.rows, report.figures, report.by_kind,
            report.curves,
        )  # fmt: skip
        folder.finish(report)
        reports.append(report)
    write_report(reports, ready.folder / PAGE)
    return reports


def _read(plan: Plan) -> list[QuestionSet]:
    return [read_questions(path) for path in plan.questions] + [
        read_questions(path, unanswerable=True) for path in plan.unanswerable
    ]


def _cases(sets: Iterable[QuestionSet], plan: Plan) -> tuple[Case, ...]:
    cases: dict[str, Case] = {}
    for one in sets:
        for case in one.cases:
            if case.id in cases:
                raise EvaluationError(f"The id {case.id!r} occurs in two of the question sets.")
            cases[case.id] = case
    whole = tuple(cases.values())
    return sample(whole, plan.sample, plan.seed) if plan.sample else whole


def _library(plan: Plan, sets: Sequence[QuestionSet], settings: Settings) -> Library | None:
    """A library of the corpus, made at the first run and used again; None: the settings' own."""
    from ingest.storage.library import Library

    brought = [article for one in sets for article in one.articles]
    if not plan.corpus and not brought:
        return None
    if missing := [path for path in plan.corpus if not path.exists()]:
        raise EvaluationError(f"--corpus {missing[0]}: no such file or folder.")
    name = _digest(*map(_content, plan.corpus), *(one.sha256 for one in sets if one.articles))
    library = Library(RESULTS / f"corpus-{name}", embedder=open_embedder(settings))
    # what is there already is found unchanged: an interrupted ingestion goes on
    if library.catalogue.meta().get("corpus") != name:
        report = ingest([*plan.corpus, *brought], library)
        if not library.catalogue.counts()["articles"]:
            why = f": {report.rejected[0].reason}" if report.rejected else ""
            raise EvaluationError(f"The corpus holds no article{why}.")
        library.catalogue.set_meta({"corpus": name})
    return library


def _content(path: Path) -> str:
    """A digest of a file, or of every file of a folder."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()


def _key(
    plan: Plan, sets: Sequence[QuestionSet], assistant: Assistant, mode: str
) -> dict[str, Any]:
    """Everything that decides what the rows will be, as plain values."""
    catalogue = assistant.library.catalogue
    name = "+".join(one.name.split(".")[0] for one in sets)
    drawn = f" sample {plan.sample} seed {plan.seed}" if plan.sample else ""
    span, counts = catalogue.published_span(), catalogue.counts()
    return {
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
        "code": _code(),
    }


def model_label(name: str) -> str:
    """A model's name; of a file, which servers give with its path, the file's name alone."""
    return Path(name).name if name.startswith(("/", "~", ".")) or "\\" in name else name


def _code() -> str:
    """A digest of this project's own code: figures of another state are another run's."""
    here = Path(__file__).parents[1]
    folders = (here, here.parent / "ingest")
    files = sorted(p for folder in folders for p in folder.rglob("*.py"))
    return _digest(*(f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
