"""``citewire eval``: evaluates answers on question sets, compares runs and makes questions.

    citewire eval QUESTIONS ...            ask every question and report
    citewire eval compare A B              paired differences of two runs
    citewire eval gate RESULTS             figures against their floors; --raise lifts floors
    citewire eval rescore RESULTS          stored answers scored again by another judge
    citewire eval table RESULTS ...        a Markdown table of runs side by side
    citewire eval labels FOLDER            resolved dates and speakers against labels
    citewire eval make-questions FILE      a question set from your own library

Knows nothing about how anything is measured: that is ``qa.evaluate``.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from qa.interfaces.cli.common import (
    JsonOption,
    exit_on_error,
    load_settings,
    print_json,
    spinner,
)

if TYPE_CHECKING:
    from qa.evaluate.records import Report


class _RunByDefault(TyperGroup):
    """A group whose command ``run`` need not be named: ``citewire eval FILE`` runs FILE."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--make-questions" in args:
            args.remove("--make-questions")
            args.insert(0, "make-questions")
        elif args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args.insert(0, "run")
        return super().parse_args(ctx, args)


commands = typer.Typer(
    cls=_RunByDefault,
    help="Measure answers: `citewire eval QUESTIONS` asks a question set and reports. "
    "`citewire eval run --help` shows its options.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", "--home", help="Library to ask (default: $CITEWIRE_HOME)"),
]
JudgeOption = Annotated[
    str, typer.Option(help="Who judges support: checker, or model (see CITEWIRE_JUDGE_*).")
]
PriceOption = Annotated[
    tuple[float, float] | None,
    typer.Option(help="Price of a million tokens read and written.", metavar="READ WRITTEN"),
]
ResultFolders = Annotated[list[Path], typer.Argument(help="Result folders.", metavar="RESULTS ...")]


@commands.command()
def run(
    questions: Annotated[
        list[Path],
        typer.Argument(help="Question sets: JSONL, JSON, CSV, RealTime QA, MultiHop-RAG, SQuAD.",
                       metavar="QUESTIONS ..."),
    ],
    unanswerable: Annotated[
        list[Path] | None,
        typer.Option(help="A further set whose questions the articles do not answer.",
                     metavar="FILE"),
    ] = None,
    library: LibraryOption = None,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(help="Articles to ask instead: ingested once into a library of their own."),
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(help="citewire, llama-index, llama-index-citation, bm25, or all; repeatable.",
                     metavar="NAME"),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            help="quoted, written or retrieval (default: written when a model is set)"
        ),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Ask only so many, drawn at random.", metavar="N")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which random sample.")] = 0,
    workers: Annotated[
        int, typer.Option(min=1, help="Questions asked at once; compare latencies only at 1.")
    ] = 1,
    judge: JudgeOption = "checker",
    evaluator: Annotated[
        list[str] | None,
        typer.Option(help="llama-index's faithfulness, relevancy, correctness; needs a judge "
                     "model; repeatable.", metavar="NAME"),
    ] = None,
    price: PriceOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results (default: citewire-eval/SET-MODE-KEY)", metavar="DIR"
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what DIR holds.")] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Ask every question of a set, score the answers, and write rows, a summary and a page.

    Running it again goes on where it was stopped. Exit code 1 when a question failed.
    """
    with exit_on_error():
        from qa.evaluate.metrics.reply_scoring import Price
        from qa.evaluate.plan import Plan, execute_run, prepare_run
        from qa.interfaces.cli.output.evaluation_output import evaluation_progress, print_reports

        plan = Plan(
            questions=tuple(questions), unanswerable=tuple(unanswerable or ()),
            corpus=tuple(corpus or ()), systems=tuple(system or ("citewire",)), mode=mode,
            sample=sample, seed=seed, judge=judge, evaluators=tuple(evaluator or ()),
            price=Price(*price) if price else None, workers=workers, out=out, fresh=fresh,
        )  # fmt: skip
        with spinner("Opening the library", quiet=as_json):
            prepared = prepare_run(plan, load_settings(library))
        if prepared.notice:
            typer.echo(f"citewire: {prepared.notice}", err=True)
        total = len(prepared.cases) * len(prepared.systems)
        with evaluation_progress(total, quiet=as_json) as on_row:
            reports = execute_run(plan, prepared, on_row)
        if as_json:
            print_json([report.summary() for report in reports])
        else:
            print_reports(reports, prepared)
    if failed := [row for report in reports for row in report.failed]:
        first = f"{failed[0].case.id}: {failed[0].error}"
        typer.echo(f"citewire: {len(failed)} questions failed; {first}", err=True)
        raise typer.Exit(1)


@commands.command()
def compare(
    a: Annotated[Path, typer.Argument(help="Result folder of the first run.", metavar="A")],
    b: Annotated[Path, typer.Argument(help="Result folder of the second run.", metavar="B")],
    svg: Annotated[
        Path | None, typer.Option(help="Draw the differences of shares too.", metavar="FILE")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Differences B - A over the questions both answered, and which of them are noise."""
    with exit_on_error():
        from qa.evaluate.metrics.paired_differences import compare as paired_differences
        from qa.evaluate.results import read_report
        from qa.interfaces.cli.output.evaluation_output import difference_dict, print_differences

        first, second = read_report(a), read_report(b)
        found = paired_differences(first, second)
        if as_json:
            print_json([difference_dict(difference) for difference in found])
        else:
            print_differences(str(a), str(b), found)
        if svg:
            from qa.evaluate.metrics.definitions import MEASURES
            from qa.evaluate.report.plot_drawing import differences_plot

            bars = [
                (MEASURES[d.measure].title, d.value, d.low, d.high)
                for d in found
                if MEASURES[d.measure].unit == "share"
            ]
            svg.write_text(differences_plot(bars, title="B - A, 95 %"), encoding="utf-8")


@commands.command()
def gate(
    results: Annotated[Path, typer.Argument(help="Result folder.", metavar="RESULTS")],
    floors: Annotated[Path, typer.Option(help="The file of floors.", metavar="FILE")],
    name: Annotated[
        str | None, typer.Option("--set", help="Name of the set (default: that of its questions)")
    ] = None,
    raise_floors: Annotated[
        bool, typer.Option("--raise", help="Lift floors that are exceeded; never lowers one.")
    ] = False,
) -> None:
    """Fail (exit code 1) when a figure is below its floor by more than noise."""
    with exit_on_error():
        from qa.evaluate import quality_gate as gates
        from qa.evaluate.results import read_report

        report = read_report(results)
        known = gates.read_floors(floors)
        set_name = name or str(report.run.get("set") or results.name)
        if raise_floors:
            day = datetime.now(UTC).date().isoformat()
            commit = current_commit()
            known = gates.raise_floors(report, set_name, known, date=day, commit=commit)
            gates.write_floors(floors, known)
        verdicts = gates.check_floors(report, set_name, known)
        for verdict in verdicts:
            typer.echo(str(verdict))
    if not all(verdict.ok for verdict in verdicts):
        raise typer.Exit(1)


@commands.command()
def rescore(
    results: Annotated[Path, typer.Argument(help="Result folder.", metavar="RESULTS")],
    out: Annotated[Path, typer.Option(help="Folder for the new results.", metavar="DIR")],
    judge: JudgeOption = "checker",
    price: PriceOption = None,
) -> None:
    """Score stored answers again, with another judge or price; nothing is asked anew."""
    with exit_on_error():
        from qa.evaluate.metrics.judges import judge_of
        from qa.evaluate.metrics.reply_scoring import Price
        from qa.evaluate.results import ResultFolder, read_report
        from qa.evaluate.run import Scoring
        from qa.evaluate.run import rescore as rescore_report

        report = read_report(results)
        scoring = Scoring(judge_of(judge, load_settings(None)), Price(*price) if price else None)
        folder = ResultFolder(out, {**report.run, "judge": judge, "rescored": str(results)})
        with spinner("Judging", quiet=False):
            folder.finish(rescore_report(report, scoring))
    typer.echo(str(out))


@commands.command()
def table(
    results: ResultFolders,
    into: Annotated[
        Path | None,
        typer.Option(help="Put it into this page, between <!-- table NAME --> and <!-- end -->.",
                     metavar="FILE"),
    ] = None,
    name: Annotated[str, typer.Option(help="Which table of the page.")] = "results",
    measure: Annotated[
        list[str] | None,
        typer.Option(help="Only this measure, by its name in summary.json; repeatable.",
                     metavar="NAME"),
    ] = None,
) -> None:  # fmt: skip
    """Print runs side by side as a Markdown table, or put it into a page."""
    with exit_on_error():
        from qa.interfaces.cli.output.evaluation_output import insert_table, markdown_table

        markdown = markdown_table(_reports(results), measure or ())
        if into is None:
            typer.echo(markdown)
        else:
            document = into.read_text(encoding="utf-8")
            into.write_text(insert_table(document, name, markdown), encoding="utf-8")


@commands.command()
def page(
    results: ResultFolders,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
) -> None:
    """Write one HTML page for runs side by side."""
    with exit_on_error():
        from qa.evaluate.extras import left_out_notice
        from qa.evaluate.report.html_report import write_report

        write_report(_reports(results), out)
        if notice := left_out_notice("matplotlib"):
            typer.echo(f"citewire: {notice}", err=True)
    typer.echo(str(out))


@commands.command()
def labels(
    folder: Annotated[
        Path, typer.Argument(help="time_expressions.jsonl, windows.jsonl, speakers.jsonl.")
    ],
    corpus: Annotated[Path, typer.Option(help="JSON lines with id, text, publish_date.")],
    errors: Annotated[
        str | None, typer.Option(help="Also list the errors of one half: dev or held.")
    ] = None,
) -> None:
    """Accuracy of resolved dates and of speakers against labels made by hand."""
    with exit_on_error():
        from qa.evaluate.metrics.annotation_accuracy import accuracy_table, read_labelled_articles

        typer.echo(accuracy_table(read_labelled_articles(corpus), folder, errors))


@commands.command("make-questions")
def make_questions(
    file: Annotated[Path, typer.Argument(help="The question set to write.", metavar="FILE")],
    number: Annotated[int, typer.Option(min=1, help="How many questions.")] = 50,
    seed: Annotated[int, typer.Option(help="Which random articles.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE.")] = False,
    library: LibraryOption = None,
) -> None:
    """Write a starter question set from your own library: by the model, or gaps to fill."""
    with exit_on_error():
        from qa.assistant import Assistant
        from qa.errors import EvaluationError
        from qa.evaluate.question_sets.generation import make_questions as generate
        from qa.evaluate.question_sets.question_set import case_to_dict

        if file.exists() and not overwrite:
            raise EvaluationError(f"{file} exists; choose another name, or --overwrite.")
        with spinner("Opening the library", quiet=False):
            assistant = Assistant(load_settings(library))
            llm = assistant.llm
        with spinner("Making questions", quiet=False):
            notices: list[str] = []
            cases = list(
                generate(
                    assistant.library, number=number, seed=seed, llm=llm, on_notice=notices.append
                )
            )
        if not cases:
            raise EvaluationError("The library holds no sentence that makes a question.")
        lines = (json.dumps(case_to_dict(case), ensure_ascii=False) + "\n" for case in cases)
        file.write_text("".join(lines), encoding="utf-8")
    for notice in notices:
        typer.echo(f"citewire: {notice}", err=True)
    typer.echo(f"Wrote {len(cases)} questions to {file}. Read them before you trust a figure.")


def _reports(folders: Sequence[Path]) -> list[Report]:
    """The reports of result folders, Citewire first; a folder may hold one for each system."""
    from qa.evaluate.results import ROWS, read_report
    from qa.evaluate.systems.registry import SYSTEM_NAMES

    reports: list[Report] = []
    for folder in folders:
        by_system = sorted(path.parent for path in folder.glob(f"*/{ROWS}"))
        single = (folder / ROWS).exists() or not by_system
        reports += [read_report(path) for path in ([folder] if single else by_system)]
    order = {name: place for place, name in enumerate(SYSTEM_NAMES)}
    return sorted(reports, key=lambda report: order.get(report.system, len(order)))


def current_commit() -> str:
    """The git commit of the working directory, or Citewire's version where there is none."""
    from importlib import metadata

    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return metadata.version("citewire")
