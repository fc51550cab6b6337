"""The commands that bring articles in: ``ingest``, ``watch`` and ``feeds``.

    exit code 0   every source ended well
    exit code 1   nothing was added: every source was rejected, or the command failed
    exit code 3   some sources were rejected, the others are in

Knows nothing about how articles are read or stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.interfaces.cli.command import Home, Json, day_option, load_settings, reported, working

if TYPE_CHECKING:
    from ingest.records import IngestReport, Outcome
    from ingest.sources.reader import Source
    from ingest.subscriptions import Updated
    from qa.assistant import Assistant
    from qa.settings import Settings

SOME_REJECTED = 3

Private = Annotated[
    bool,
    typer.Option("--allow-private", help="Also fetch from private networks, for an intranet."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="GLOB", help="Files below folders to leave out, as in .gitignore."
    ),
]


def ingest(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders or addresses.", metavar="PATH|URL ..."),
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(
            "--published", metavar="DATE", help="Publication date of all of them, when you know it."
        ),
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="OURS=YOURS", help="Name of a field in your records: title=headline."
        ),
    ] = None,
    exclude: Exclude = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(
            "--feed", metavar="URL", help="An RSS, Atom or JSON feed, once. See also `feeds add`."
        ),
    ] = None,
    sitemap: Annotated[
        list[str] | None, typer.Option("--sitemap", metavar="URL", help="A news sitemap.")
    ] = None,
    urls: Annotated[
        list[str] | None,
        typer.Option("--urls", metavar="FILE", help="A list of addresses, one a line; - is stdin."),
    ] = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Add the bundled sample articles.")
    ] = False,
    allow_private: Private = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Put articles into the library. Doing it twice changes nothing."""
    when = day_option(published, "--published")
    if not (sources or feed or sitemap or urls or samples):
        raise typer.BadParameter("name a file, a folder or an address, or use --samples")
    with reported():
        from ingest.errors import BadInput
        from ingest.sources.reader import ReadOptions, samples_folder, urls_in_file
        from ingest.sources.record_fields import parse_field_mapping

        try:
            reading = ReadOptions(parse_field_mapping(fields or ()), tuple(exclude or ()))
        except BadInput as error:
            raise typer.BadParameter(error.reason, param_hint="--map") from error
        assistant = _opened(load_settings(home), allow_private, quiet=as_json)
        wanted: list[Source] = [*(sources or []), *([samples_folder()] if samples else [])]
        for path in urls or ():
            wanted.extend(urls_in_file(path))
        lists = [*(feed or ()), *(sitemap or ())]
        report = _ingest(assistant, wanted, lists, reading, when, quiet=as_json)
    _tell(report, as_json=as_json)
    _exit_by(report)


def _opened(settings: Settings, allow_private: bool, *, quiet: bool) -> Assistant:
    with working("Opening the library", quiet=quiet):
        from qa.assistant import Assistant

        if allow_private:
            settings = settings.model_copy(update={"allow_private": True})
        return Assistant(settings)


def _ingest(
    assistant: Assistant, sources: Sequence[Source], lists: Sequence[str], reading: Any,
    when: Any, *, quiet: bool,
) -> IngestReport:  # fmt: skip
    from ingest.sources.reader import read_sources, read_url
    from qa.interfaces.cli.terminal import ingesting

    fetcher = assistant.fetcher()

    def found() -> Iterator[Source]:
        yield from read_sources(sources, fetcher, reading)
        for address in lists:
            yield from read_url(address, fetcher, must_be_feed=True)

    with ingesting([*sources, *lists], reading.exclude, quiet=quiet) as on_outcome:
        return assistant.ingest(found(), published=when, on_outcome=on_outcome)


def _tell(report: IngestReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_report_dict(report), ensure_ascii=False))
        return
    from qa.interfaces.cli.terminal import print_report

    print_report(report)


def _exit_by(report: IngestReport) -> None:
    rejected = report.counts.get("rejected", 0)
    if rejected and rejected == sum(report.counts.values()):
        first = next(iter(report.rejected), None)
        why = f": {first.source}: {first.reason}" if first else ""
        typer.echo(f"citewire: nothing was added{why}", err=True)
        raise typer.Exit(1)
    if rejected:
        raise typer.Exit(SOME_REJECTED)


def _report_dict(report: IngestReport) -> dict[str, Any]:
    return {
        "counts": report.counts,
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
        "outcomes": [asdict(outcome) for outcome in report.outcomes],
        "left_out": report.left_out,
    }


# -- watching -----------------------------------------------------------------------------


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder to watch.", exists=True,
                                           file_okay=False, metavar="FOLDER")],
    exclude: Exclude = None,
    home: Home = None,
) -> None:  # fmt: skip
    """Take in a folder, and then what is added to it or changed, until stopped.

    What is deleted from the folder stays in the library; `citewire remove` removes it.
    """
    with reported():
        from ingest.sources.folders import watch_folder
        from ingest.sources.reader import ReadOptions

        assistant = _opened(load_settings(home), False, quiet=False)
        reading = ReadOptions(exclude=tuple(exclude or ()))
        typer.echo(f"Watching {folder} (stop with Ctrl-C)")
        _tell(_ingest(assistant, [folder], [], reading, None, quiet=False), as_json=False)
        for changed in watch_folder(folder, reading.exclude):
            for outcome in _taken_in(assistant, changed):
                typer.echo(_line(outcome))


def _taken_in(assistant: Assistant, paths: Sequence[Path]) -> Sequence[Outcome]:
    """What became of changed files; a busy library is waited for, as nothing may be missed."""
    from tenacity import Retrying, retry_if_exception_type, wait_fixed

    from ingest.errors import LibraryBusy

    patient = Retrying(retry=retry_if_exception_type(LibraryBusy), wait=wait_fixed(2))
    return patient(assistant.ingest, paths).outcomes


def _line(outcome: Outcome) -> str:
    named = f"{outcome.title} ({outcome.source})" if outcome.title else outcome.source
    reason = f": {outcome.reason}" if outcome.reason else ""
    return f"{outcome.kind:10} {named}{reason}"


# -- feeds --------------------------------------------------------------------------------

feeds = typer.Typer(name="feeds", help="Feeds that are kept and read again.", no_args_is_help=True)


@feeds.command("add")
def add_feed(
    urls: Annotated[list[str], typer.Argument(metavar="URL ...", help="RSS, Atom or JSON feeds.")],
    home: Home = None,
) -> None:
    """Keep feeds. Their articles come with `feeds update`, and while the app runs."""
    with reported():
        kept = _subscriptions(load_settings(home))
        for url in urls:
            typer.echo(f"{'Kept' if kept.add(url) else 'Kept already'}: {url}")


@feeds.command("list")
def list_feeds(as_json: Json = False, home: Home = None) -> None:
    """Show the kept feeds and how they were last read."""
    with reported():
        kept = _subscriptions(load_settings(home)).all()
    if as_json:
        typer.echo(json.dumps([asdict(feed) for feed in kept], ensure_ascii=False))
        return
    from qa.interfaces.cli.terminal import print_feeds

    print_feeds(kept)


@feeds.command("remove")
def remove_feed(
    urls: Annotated[list[str], typer.Argument(metavar="URL ...")], home: Home = None
) -> None:
    """Stop keeping feeds. Their articles stay in the library."""
    with reported():
        from ingest.errors import BadInput

        kept = _subscriptions(load_settings(home))
        for url in urls:
            if not kept.remove(url):
                raise BadInput(url, "not a kept feed; `citewire feeds list` shows them")
            typer.echo(f"Removed: {url}")


@feeds.command("update")
def update_feeds(
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="URL ...", help="Only these [all kept feeds]")
    ] = None,
    allow_private: Private = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Bring in what is new in the kept feeds, following their entries to the full articles."""
    with reported():
        assistant = _opened(load_settings(home), allow_private, quiet=as_json)
        with working("Reading feeds", quiet=as_json):
            updated = list(assistant.update_feeds(urls or ()))
    if as_json:
        typer.echo(json.dumps([_updated_dict(one) for one in updated], ensure_ascii=False))
    else:
        from qa.interfaces.cli.terminal import print_updated

        print_updated(updated)
    _exit_by_feeds(updated)


def _updated_dict(one: Updated) -> dict[str, Any]:
    return {
        "url": one.url,
        "status": one.status,
        "failed": one.failed,
        "report": _report_dict(one.report) if one.report else None,
    }


def _exit_by_feeds(updated: Sequence[Updated]) -> None:
    failed = [one for one in updated if one.failed]
    if failed and len(failed) == len(updated):
        raise typer.Exit(1)
    if failed or any(one.report and one.report.counts.get("rejected") for one in updated):
        raise typer.Exit(SOME_REJECTED)


def _subscriptions(settings: Settings) -> Any:
    from ingest.subscriptions import Subscriptions
    from qa.assistant import open_library

    return Subscriptions(open_library(settings, embedding=False).catalogue)
