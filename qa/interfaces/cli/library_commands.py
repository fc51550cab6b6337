"""Commands that show and maintain a library, from ``status`` to ``remove``.

    status, history      what the library holds; the versions of one article
    recheck              saved answers whose articles have changed since
    reindex, repair      rebuild the indexes
    remove               delete articles with everything derived from them

Knows nothing about how answers are made.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.interfaces.cli.common import (
    HomeOption,
    JsonOption,
    embedding_progress,
    exit_on_error,
    load_settings,
    parse_date_option,
    print_json,
)

if TYPE_CHECKING:
    from ingest.records import Article
    from ingest.storage.library import Library

commands = typer.Typer()

CHANGED = 3
"""Exit code of ``recheck`` when a saved answer is no longer supported; 1 would be a failure."""

MAX_ARTICLES_SHOWN = 10
"""Articles listed before a removal is confirmed."""


@commands.command()
def status(
    articles: Annotated[bool, typer.Option("--articles", help="List the articles too.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what the library holds and how answers are made."""
    with exit_on_error():
        settings = load_settings(home)
        from qa.bootstrap import describe_library, list_articles, open_library

        library = open_library(settings, embedding=False)
        facts = describe_library(library, settings)
        if articles:
            facts["list"] = list_articles(library)
    if as_json:
        print_json(facts)
        return
    from qa.interfaces.cli.output.library_output import print_status

    print_status(facts)


@commands.command()
def reindex(home: HomeOption = None) -> None:
    """Split and embed every article anew, for example after changing the embedder."""
    with exit_on_error():
        library = _open_with_new_embedder(home)
        with embedding_progress() as on_embedded:
            passages = library.reindex(on_embedded)
    typer.echo(f"Embedded {passages} passages.")


def _open_with_new_embedder(home: Path | None) -> Library:
    """The library with the configured embedder, also when it was embedded with another one."""
    from qa.bootstrap import open_embedder, open_library

    settings = load_settings(home)
    library = open_library(settings, embedding=False)
    library.replace_embedder(open_embedder(settings))
    return library


@commands.command()
def history(
    article: Annotated[str, typer.Argument(help="Article id, address or file.", metavar="ARTICLE")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what changed from version to version.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the versions of an article, with its corrections and other notices."""
    with exit_on_error():
        from ingest.storage.catalogue.archive import version_to_dict
        from ingest.versions.text_diff import diff_articles
        from qa.bootstrap import open_library

        library = open_library(load_settings(home), embedding=False)
        article_id = _article_id(library, article)
        versions = library.history(article_id)
        steps = [diff_articles(a.article, b.article) for a, b in pairwise(versions)] if diff else []
        cluster = library.catalogue.cluster(versions[-1].article.cluster_id)
        original = library.original(versions[-1].article.cluster_id)
    if as_json:
        facts: dict[str, Any] = {
            "article": article_id,
            "versions": [version_to_dict(version) for version in versions],
            "copies": [a.id for a in cluster if a.id != article_id],
            "original": original.id if original else None,
        }
        if diff:
            facts["changes"] = [[str(change) for change in step] for step in steps]
        print_json(facts)
        return
    from qa.interfaces.cli.output.library_output import print_history

    print_history(versions, steps, [a for a in cluster if a.id != article_id], original)


@commands.command()
def recheck(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List saved answers whose articles were since corrected, retracted, revised or removed.

    Exit code 0 when every answer still stands, 3 when one does not, 1 for a failure.
    """
    with exit_on_error():
        from qa.answers.recheck import recheck as check_saved_answers
        from qa.bootstrap import open_library

        library = open_library(load_settings(home), embedding=False)
        checked = list(check_saved_answers(library))
    changed = [answer for answer in checked if answer.changed]
    if as_json:
        print_json({"checked": len(checked), "changed": [asdict(answer) for answer in changed]})
    else:
        from qa.interfaces.cli.output.library_output import print_rechecked

        print_rechecked(changed, len(checked))
    if changed:
        raise typer.Exit(CHANGED)


@commands.command()
def repair(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Rebuild both indexes from the catalogue, whatever became of their folders."""
    with exit_on_error():
        library = _open_with_new_embedder(home)
        with embedding_progress() as on_embedded:
            counts = library.repair(on_embedded)
    if as_json:
        print_json(counts)
    else:
        typer.echo(f"Rebuilt: {counts['vectors']} vectors, {counts['lexical']} lexical entries.")


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
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Remove articles with all their versions: text, vectors, index entries, notices.

    Named articles are removed at once. Options choose articles that fit all of them; these are
    shown first, and removed when you agree or said --yes.
    """
    days: tuple[date | None, date | None] = (
        parse_date_option(before, "--before"),
        parse_date_option(after, "--after"),
    )
    by_options = any(option is not None for option in (publisher, before, after, matching))
    if not articles and not by_options:
        raise typer.BadParameter("name an article, or choose with --publisher, --before, --after, "
                                 "--matching")  # fmt: skip
    if articles and by_options:
        raise typer.BadParameter("name articles or choose them by options, not both")
    with exit_on_error():
        from ingest.storage.catalogue.archive import Selection
        from qa.bootstrap import open_library

        library = open_library(load_settings(home), embedding=False)
        if articles:
            ids = [_article_id(library, name) for name in articles]
        else:
            selected = list(library.catalogue.select(Selection(publisher, *days, matching)))
            ids = [article.id for article in selected]
            if selected and not (yes or _confirmed(selected)):
                raise typer.Exit(1)
        removed = 0
        if ids:
            with library.writing():
                removed = library.remove(ids)
    if as_json:
        print_json({"removed": removed})
    else:
        typer.echo(f"Removed {removed}.")


def _confirmed(selected: list[Article]) -> bool:
    from qa.interfaces.cli.output.library_output import print_articles

    print_articles(selected, MAX_ARTICLES_SHOWN)
    return typer.confirm(f"Remove {len(selected)} articles?", err=True)


def _article_id(library: Library, name: str) -> str:
    """The id of the article with this id, address or file. Raises BadInput when there is none."""
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
