"""Measures how long the library page takes over a catalogue of many made articles.

    python -m tests.benchmarks.library_page [--articles 100000] [--home FOLDER] [--runs 7]

Fills a catalogue and its lexical index with articles of invented words (as large as news: about
3,000 characters in three passages; a tenth have three versions, a tenth are copies of another), and
prints the median milliseconds of whole pages (reading and HTML): the first and the last one, each
order, filters and searches. ``--home`` keeps the library, to be measured again. No vector is made:
the page uses none.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from ingest.records import Article, Passage
from ingest.storage.catalogue.catalogue import Catalogue
from ingest.storage.catalogue.listing import SORT_KEYS
from ingest.storage.catalogue.rows import passage_row, version_row
from ingest.storage.catalogue.schema import articles, changes, passages, versions
from ingest.storage.library import Library
from qa.interfaces.library.layout import Frame
from qa.interfaces.library.table_request import TableRequest
from qa.interfaces.library.table_view import read_table, render_table

ARTICLES_PER_TRANSACTION = 5_000
OUTLETS = [f"Outlet {number}" for number in range(60)]


def made_articles(count: int) -> Iterator[Article]:
    """Articles in no order of anything; one in twenty has no date."""
    dice = random.Random(count)
    words = [f"w{number:x}" for number in range(30_000)]
    paragraphs = [
        [words[min(int(dice.paretovariate(0.6)) * 7, 29_999)] for _ in range(125)]
        for _ in range(3_000)
    ]
    start = datetime(2015, 1, 1, tzinfo=UTC)
    for number in range(count):
        drawn = [word for _ in range(6) for word in dice.choice(paragraphs)]
        day = None if number % 20 == 0 else start + timedelta(minutes=dice.randrange(6_000_000))
        yield Article(
            id=f"{dice.getrandbits(64):016x}", title=f"{' '.join(drawn[:7])} {number}",
            text=" ".join(drawn), publisher=dice.choice(OUTLETS), published_at=day,
            published_from="json-ld" if day else "unknown",
            url=f"https://news.example/{number}", canonical_url=f"news.example/{number}",
            version=3 if number % 10 == 3 else 1,
        )  # fmt: skip


def fill(catalogue: Catalogue, count: int) -> None:
    """Write the articles as ingestion leaves them."""
    rows: dict[Any, list[dict[str, Any]]] = {articles: [], versions: [], passages: [], changes: []}
    previous = ""
    for number, article in enumerate(made_articles(count), 1):
        cluster = previous if number % 10 == 7 else article.id
        previous = cluster
        rows[articles].append({
            "id": article.id, "canonical_url": article.canonical_url, "origin": None,
            "current_version": article.version, "cluster_id": cluster,
        })  # fmt: skip
        kept = version_row(article) | {"state": "ready"}
        when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
        kept["ingested_at"] = when.isoformat()
        rows[versions] += [kept | {"version": v} for v in range(1, article.version + 1)]
        third = len(article.text) // 3
        for place in range(3):
            passage = Passage(f"{article.id}-{place}", article.id, article.version, place,
                              third * place, third * (place + 1), "")  # fmt: skip
            rows[passages].append(passage_row(passage) | {"state": "ready"})
            rows[changes].append({"passage_id": passage.id, "kind": "add"})
        if number % ARTICLES_PER_TRANSACTION == 0 or number == count:
            with catalogue.write() as connection:
                for table, waiting in rows.items():
                    connection.execute(insert(table), waiting)
                    waiting.clear()


PAGES = {
    "first page": "",
    "last page": "page=last",
    "middle page": "page=middle",
    **{f"by {key}": f"sort={key}" for key in SORT_KEYS},
    "by title, last page": "sort=title&page=last",
    "by copies, last page": "sort=-copies&page=last",
    "one outlet": "outlet=Outlet+7",
    "one outlet, by title": "outlet=Outlet+7&sort=title",
    "a month": "from=2019-03-01&to=2019-03-31",
    "a month, by outlet": "from=2019-03-01&to=2019-03-31&sort=outlet",
    "all years, by title": "from=2015-01-01&to=2030-01-01&sort=title",
    "search: a rare word": "q=w2a30",
    "search: frequent words": "q=w7+we",
    "search: frequent words, by title": "q=w7+we&sort=title",
    "search: frequent words, one outlet": "q=w7+we&outlet=Outlet+7",
}  # fmt: skip


def measure(library: Library, query: str, runs: int, pages: int) -> tuple[float, float, int]:
    """Median milliseconds of one page with its HTML, by the clock and of the processor, and how
    many articles it chooses from."""
    query = query.replace("last", str(pages)).replace("middle", str(pages // 2))
    taken: list[tuple[float, float]] = []
    for _ in range(runs):
        started, worked = time.perf_counter(), time.thread_time()
        table = read_table(library, TableRequest.from_query(query))
        render_table(table, Frame())
        taken.append((time.perf_counter() - started, time.thread_time() - worked))
    clock, processor = (1000 * statistics.median(column) for column in zip(*taken, strict=True))
    return clock, processor, table.total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(asked.home or Path(folder))
        if not library.catalogue.counts()["articles"]:
            started = time.perf_counter()
            fill(library.catalogue, asked.articles)
            library.update_lexical_index()
            print(f"filled in {time.perf_counter() - started:.0f} s")
        total = library.catalogue.counts()["articles"]
        pages = -(-total // 50)
        print(
            f"{total:,} articles, {(library.home / 'catalogue.sqlite').stat().st_size / 1e6:.0f} MB"
        )
        print("\n| page | ms | ms of processor | articles |\n|---|---|---|---|")
        for name, query in PAGES.items():
            clock, processor, chosen = measure(library, query, asked.runs, pages)
            print(f"| {name} | {clock:.0f} | {processor:.0f} | {chosen:,} |")
        library.close()


if __name__ == "__main__":
    main()
