"""Commands that put articles into the library: ``ingest``, ``watch`` and ``feeds``.

    exit code 0   every source was accepted
    exit code 1   nothing was added: every source was rejected, or the command failed
    exit code 3   some sources were rejected, the others were accepted

Knows nothing about how articles are read or stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    exit_on_error,
    load_settings,
    parse_date_option,
    print_json,
    spinner,
)

if TYPE_CHECKING:
    from ingest.records import IngestReport, Outcome, When
    from ingest.sources.reader import ReadOptions, Source
    from ingest.storage.catalogue.feed_subscriptions import Subscriptions
    from ingest.subscriptions import FeedUpdate
    from qa.assistant import Assistant
    from qa.settings import Settings

commands = typer.Typer()
feeds = typer.Typer(
    name="feeds", help="Feeds that are subscribed to and read again.", no_args_is_help=True
)

SOME_REJECTED = 3
"""Exit code when some sources were rejected and others were accepted."""

PrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Also fetch from private networks, for an intranet."),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="GLOB", help="Files below folders to leave out, as in .gitignore."
    ),
]


@commands.command()
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
    exclude: ExcludeOption = None,
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
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put articles into the library. Doing it twice changes nothing."""
    day = parse_date_option(published, "--published")
    if not (sources or feed or sitemap or urls or samples):
        raise typer.BadParameter("name a file, a folder or an address, or use --samples")
    with exit_on_error():
        from ingest.errors import BadInput
        from ingest.sources.reader import ReadOptions, samples_folder, urls_in_file
        from ingest.sources.record_fields import parse_field_mapping

        try:
            options = ReadOptions(parse_field_mapping(fields or ()), tuple(exclude or ()))
        except BadInput as error:
            raise typer.BadParameter(error.reason, param_hint="--map") from error
        assistant = _open_assistant(load_settings(home), allow_private, quiet=as_json)
        wanted: list[Source] = [*(sources or []), *([samples_folder()] if samples else [])]
        for path in urls or ():
            wanted.extend(urls_in_file(path))
        lists = [*(feed or ()), *(sitemap or ())]
        report = _ingest(assistant, wanted, lists, options, day, quiet=as_json)
    if as_json:
        print_json(_report_dict(report))
    else:
        from qa.interfaces.cli.output.ingest_output import print_report

        print_report(report)
    _exit_by_report(report)


def _open_assistant(settings: Settings, allow_private: bool, *, quiet: bool) -> Assistant:
    with spinner("Opening the library", quiet=quiet):
        from qa.assistant import Assistant

        if allow_private:
            settings = settings.model_copy(update={"allow_private": True})
        return Assistant(settings)


def _ingest(
    assistant: Assistant,
    sources: Sequence[Source],
    lists: Sequence[str],
    options: ReadOptions,
    published: When | None,
    *,
    quiet: bool,
) -> IngestReport:
    """Ingest ``sources`` and the entries of ``lists`` (feeds, sitemaps) with a progress bar."""
    from ingest.sources.reader import read_sources, read_url
    from qa.interfaces.cli.output.ingest_output import ingest_progress

    fetcher = assistant.fetcher()

    def found() -> Iterator[Source]:
        yield from read_sources(sources, fetcher, options)
        for address in lists:
            yield from read_url(address, fetcher, must_be_feed=True)

    with ingest_progress([*sources, *lists], options.exclude, quiet=quiet) as on_outcome:
        return assistant.ingest(found(), published=published, on_outcome=on_outcome)


def _exit_by_report(report: IngestReport) -> None:
    rejected = report.counts.get("rejected", 0)
    if rejected and rejected == sum(report.counts.values()):
        first = next(iter(report.rejected), None)
        reason = f": {first.source}: {first.reason}" if first else ""
        typer.echo(f"citewire: nothing was added{reason}", err=True)
        raise typer.Exit(1)
    if rejected:
        raise typer.Exit(SOME_REJECTED)


def _report_dict(report: IngestReport) -> dict[str, Any]:
    return asdict(report) | {"seconds": round(report.seconds, 3)}


# -- watching -----------------------------------------------------------------------------


@commands.command()
def watch(
    folder: Annotated[Path, typer.Argument(help="The folder to watch.", exists=True,
                                           file_okay=False, metavar="FOLDER")],
    exclude: ExcludeOption = None,
    home: HomeOption = None,
) -> None:  # fmt: skip
    """Take in a folder, and then what is added to it or changed, until stopped.

    What is deleted from the folder stays in the library; `citewire remove` removes it.
    """
    with exit_on_error():
        from ingest.sources.folders import watch_folder
        from ingest.sources.reader import ReadOptions
        from qa.interfaces.cli.output.ingest_output import outcome_line, print_report

        assistant = _open_assistant(load_settings(home), False, quiet=False)
        options = ReadOptions(exclude=tuple(exclude or ()))
        typer.echo(f"Watching {folder} (stop with Ctrl-C)")
        print_report(_ingest(assistant, [folder], [], options, None, quiet=False))
        for changed in watch_folder(folder, options.exclude):
            for outcome in _ingest_when_free(assistant, changed):
                typer.echo(outcome_line(outcome))


def _ingest_when_free(assistant: Assistant, paths: Sequence[Path]) -> Sequence[Outcome]:
    """Ingest changed files, waiting while another process writes, so that none is missed."""
    from tenacity import Retrying, retry_if_exception_type, wait_fixed

    from ingest.errors import LibraryBusy

    retrying = Retrying(retry=retry_if_exception_type(LibraryBusy), wait=wait_fixed(2))
    return retrying(assistant.ingest, paths).outcomes


# -- feeds --------------------------------------------------------------------------------


@feeds.command("add")
def add_feed(
    urls: Annotated[list[str], typer.Argument(metavar="URL ...", help="RSS, Atom or JSON feeds.")],
    home: HomeOption = None,
) -> None:
    """Subscribe to feeds. Their articles come with `feeds update`, and while the app runs."""
    with exit_on_error():
        subscriptions = _subscriptions(load_settings(home))
        for url in urls:
            typer.echo(f"{'Kept' if subscriptions.add(url) else 'Kept already'}: {url}")


@feeds.command("list")
def list_feeds(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Show the subscribed feeds and how they were last read."""
    with exit_on_error():
        subscribed = _subscriptions(load_settings(home)).all()
    if as_json:
        print_json([asdict(feed) for feed in subscribed])
        return
    from qa.interfaces.cli.output.ingest_output import print_feeds

    print_feeds(subscribed)


@feeds.command("remove")
def remove_feed(
    urls: Annotated[list[str], typer.Argument(metavar="URL ...")], home: HomeOption = None
) -> None:
    """Unsubscribe from feeds. Their articles stay in the library."""
    with exit_on_error():
        from ingest.errors import BadInput

        subscriptions = _subscriptions(load_settings(home))
        for url in urls:
            if not subscriptions.remove(url):
                raise BadInput(url, "not a subscribed feed; `citewire feeds list` shows them")
            typer.echo(f"Removed: {url}")


@feeds.command("update")
def update_feeds(
    urls: Annotated[
        list[str] | None,
        typer.Argument(metavar="URL ...", help="Only these [all subscribed feeds]"),
    ] = None,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Bring in what is new in the subscribed feeds, with the full articles of their entries."""
    with exit_on_error():
        assistant = _open_assistant(load_settings(home), allow_private, quiet=as_json)
        with spinner("Reading feeds", quiet=as_json):
            updates = list(assistant.update_feeds(urls or ()))
    if as_json:
        print_json([_update_dict(update) for update in updates])
    else:
        from qa.interfaces.cli.output.ingest_output import print_feed_updates

        print_feed_updates(updates)
    _exit_by_updates(updates)


def _update_dict(update: FeedUpdate) -> dict[str, Any]:
    return asdict(update) | {"report": _report_dict(update.report) if update.report else None}


def _exit_by_updates(updates: Sequence[FeedUpdate]) -> None:
    failed = [update for update in updates if update.failed]
    if failed and len(failed) == len(updates):
        raise typer.Exit(1)
    if failed or any(u.report and u.report.counts.get("rejected") for u in updates):
        raise typer.Exit(SOME_REJECTED)


def _subscriptions(settings: Settings) -> Subscriptions:
    from ingest.storage.catalogue.feed_subscriptions import Subscriptions
    from qa.bootstrap import open_library

    return Subscriptions(open_library(settings, embedding=False).catalogue)


commands.add_typer(feeds)
