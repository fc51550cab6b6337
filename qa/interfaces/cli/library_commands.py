"""Commands that look after a library: ``history``, ``recheck``, ``repair``, ``remove``.

``main`` adds them to the ``citewire`` command. Knows nothing about how answers are made.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.interfaces.cli.command import Home, Json, day_option, load_settings, reported

if TYPE_CHECKING:
    from ingest.records import Article
    from ingest.storage.library import Library

commands = typer.Typer()

CHANGED = 3
"""Exit code of ``recheck`` when an answer no longer stands: told apart from a failure, 1."""

_SHOWN = 10


@commands.command()
def history(
    article: Annotated[str, typer.Argument(help="Article id, address or file.", metavar="ARTICLE")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what changed from version to version.")
    ] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """List the versions of an article, with its corrections and other notices."""
    with reported():
        from ingest.storage.catalogue.archive import plain_version
        from ingest.versions.text_diff import diff_articles
        from qa.assistant import open_library

        library = open_library(load_settings(home), embedding=False)
        article_id = _resolve(library, article)
        versions = library.history(article_id)
        steps = [diff_articles(a.article, b.article) for a, b in pairwise(versions)] if diff else []
        cluster = library.catalogue.cluster(versions[-1].article.cluster_id)
        original = library.original(versions[-1].article.cluster_id)
    if as_json:
        facts: dict[str, Any] = {
            "article": article_id,
            "versions": [plain_version(version) for version in versions],
            "copies": [a.id for a in cluster if a.id != article_id],
            "original": original.id if original else None,
        }
        if diff:
            facts["changes"] = [[str(change) for change in step] for step in steps]
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    from qa.interfaces.cli.library_terminal import print_history

    print_history(versions, steps, [a for a in cluster if a.id != article_id], original)


@commands.command()
def recheck(as_json: Json = False, home: Home = None) -> None:
    """List saved answers whose articles were since corrected, retracted, revised or removed.

    Exit code 0 when every answer still stands, 3 when one does not, 1 for a failure.
    """
    with reported():
        from qa.answers.recheck import recheck as check
        from qa.assistant import open_library

        checked = list(check(open_library(load_settings(home), embedding=False)))
    changed = [answer for answer in checked if answer.changed]
    if as_json:
        facts = {"checked": len(checked), "changed": [asdict(answer) for answer in changed]}
        typer.echo(json.dumps(facts, ensure_ascii=False))
    else:
        from qa.interfaces.cli.library_terminal import print_rechecked

        print_rechecked(changed, len(checked))
    if changed:
        raise typer.Exit(CHANGED)


@commands.command()
def repair(as_json: Json = False, home: Home = None) -> None:
    """Rebuild both indexes from the catalogue, whatever became of their folders."""
    with reported():
        settings = load_settings(home)
        from qa.assistant import open_embedder, open_library
        from qa.interfaces.cli.terminal import counting

        library = open_library(settings, embedding=False)
        library.use(open_embedder(settings))
        with counting("Embedding") as tick:
            counts = library.repair(tick)
    typer.echo(
        json.dumps(counts)
        if as_json
        else f"Rebuilt: {counts['vectors']} vectors, {counts['lexical']} lexical entries."
    )


@commands.command()
def remove(
    articles: Annotated[
        list[str] | None,
        typer.Argument(help="Article ids, addresses or files.", metavar="ID|URL|PATH ..."),
    ] = None,
    publisher: Annotated[str | None, typer.Option(help="All articles of this outlet.")] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Published before this day.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="DATE", help="Published on this day or later.")
    ] = None,
    matching: Annotated[
        str | None, typer.Option(metavar="WORDS", help="With all of these words in title or text.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Remove articles with all their versions: text, vectors, index entries, notices.

    Named articles are removed at once. Options choose articles that fit all of them; these are
    shown first, and removed when you agree or said --yes.
    """
    days: tuple[date | None, date | None] = (
        day_option(before, "--before"),
        day_option(after, "--after"),
    )
    chosen = any(option is not None for option in (publisher, before, after, matching))
    if not articles and not chosen:
        raise typer.BadParameter("name an article, or choose with --publisher, --before, --after, "
                                 "--matching")  # fmt: skip
    if articles and chosen:
        raise typer.BadParameter("name articles or choose them by options, not both")
    with reported():
        from ingest.storage.catalogue.archive import Selection
        from qa.assistant import open_library

        library = open_library(load_settings(home), embedding=False)
        if articles:
            ids = [_resolve(library, name) for name in articles]
        else:
            found = list(library.catalogue.select(Selection(publisher, *days, matching)))
            ids = [article.id for article in found]
            if found and not (yes or _agreed(found)):
                raise typer.Exit(1)
        removed = _remove(library, ids)
    typer.echo(json.dumps({"removed": removed}) if as_json else f"Removed {removed}.")


def _remove(library: Library, ids: list[str]) -> int:
    if not ids:
        return 0
    with library.writing():
        return library.remove(ids)


def _agreed(found: list[Article]) -> bool:
    from qa.interfaces.cli.library_terminal import print_chosen

    print_chosen(found, _SHOWN)
    return typer.confirm(f"Remove {len(found)} articles?", err=True)


def _resolve(library: Library, name: str) -> str:
    from ingest.addresses import canonical_url
    from ingest.errors import BadInput

    path = Path(name)
    found = library.catalogue.find(
        article_id=name,
        canonical_url=canonical_url(name),
        origin=path.resolve().as_uri() if path.suffix else None,
    )
    if found is None:
        raise BadInput(name, "no such article; `citewire status --articles` lists them")
    return found.id
