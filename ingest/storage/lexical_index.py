"""Indexes passages for BM25 search in a local tantivy folder.

The only module that knows tantivy. It replays the catalogue's numbered changes after the last one
it has seen, which serves a fresh folder, a crash and a second process alike. One process writes at
a time. Knows nothing about vectors; it can be rebuilt from the catalogue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from ingest.errors import REPAIR_ADVICE, DiskFull, LibraryBroken
from ingest.records import Article, Passage

_WRITER_HEAP_BYTES = 15_000_000
"""The least tantivy takes. A replay is at most some megabytes of text."""

FIELDS = {"body": 1.0, "title": 1.0, "publisher": 0.3, "date": 0.3}
"""Field weights for BM25."""

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_STOP_WORDS = frozenset(
    "a an the of to in on at by for from with and or but is are was were be been being do does did "
    "has have had will would can could should may might it its this that these those as who whom "
    "whose which what when where why how many much i you he she they we his her their there than "
    "then so if into about after before during not no according".split()
)

Lookup = Callable[[Sequence[str]], list[tuple[Passage, Article]]]
"""Gives those of some passages, by id, that can be retrieved."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="en_stem")
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("publisher", tokenizer_name="default")
    builder.add_text_field("date", tokenizer_name="default")
    return builder.build()


class LexicalIndex:
    """An open index in ``folder``.

    Raises LibraryBroken when it cannot be opened or used, DiskFull when it cannot grow.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._position_file = folder / "seen"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._folder_number = folder.stat().st_ino
            self._index = tantivy.Index(_schema(), path=str(folder))
        except (ValueError, OSError) as error:
            raise LibraryBroken(
                f"The lexical index {folder} cannot be opened ({error}). {REPAIR_ADVICE}"
            ) from error

    @property
    def replaced(self) -> bool:
        """Whether another index lies in the folder by now, or none."""
        try:
            return self._folder.stat().st_ino != self._folder_number
        except OSError:
            return True

    @property
    def seen(self) -> int:
        """The ``seq`` of the last catalogue change this index holds."""
        try:
            return int(self._position_file.read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def forget_position(self) -> None:
        """Start over: the catalogue is another one, or the folder lost its contents."""
        self._position_file.unlink(missing_ok=True)
        writer = self._index.writer(heap_size=_WRITER_HEAP_BYTES, num_threads=1)
        writer.delete_all_documents()
        writer.commit()
        self._index.reload()

    def rebuild(self, seq: int, batches: Iterable[Sequence[tuple[Passage, Article]]]) -> None:
        """Replace everything by the passages, which the catalogue holds after change ``seq``, in
        one commit: whoever searches sees all of the old ones until all of the new ones."""
        with self._readable_errors():
            writer = self._index.writer(heap_size=_WRITER_HEAP_BYTES, num_threads=1)
            writer.delete_all_documents()
            for batch in batches:
                for passage, article in batch:
                    writer.add_document(_document(passage, article))
            writer.commit()
            writer.wait_merging_threads()
            self._position_file.write_text(str(seq))
            self._index.reload()

    def replay(self, changes: Sequence[tuple[int, str, str]], lookup: Lookup) -> None:
        """Apply changes ``(seq, passage id, add|remove)`` in order. Replaying twice is harmless:
        add is delete, then add."""
        if not changes:
            return
        last_kinds = {passage_id: kind for _, passage_id, kind in changes}
        added = lookup([key for key, kind in last_kinds.items() if kind == "add"])
        with self._readable_errors():
            writer = self._index.writer(heap_size=_WRITER_HEAP_BYTES, num_threads=1)
            for passage_id in last_kinds:
                writer.delete_documents_by_term("id", passage_id)
            for passage, article in added:
                writer.add_document(_document(passage, article))
            writer.commit()
            writer.wait_merging_threads()
            self._position_file.write_text(str(changes[-1][0]))
            self._index.reload()

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, OSError) as error:
            if full := DiskFull.from_message(str(error), self._folder):
                raise full from error
            raise LibraryBroken(
                f"The lexical index {self._folder} cannot be used ({error}). {REPAIR_ADVICE}"
            ) from error

    def search(
        self, question: str, limit: int, among: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Up to ``limit`` pairs (passage id, BM25 score), best first; of the passages ``among``
        only, where some are given."""
        words = [w for w in _WORD.findall(question.lower()) if w not in _STOP_WORDS]
        if not words:
            words = _WORD.findall(question.lower())
        if not words:
            return []
        text = " ".join('"' + word.replace("’", "'") + '"' for word in words)
        query, _ = self._index.parse_query_lenient(text, list(FIELDS), FIELDS)
        if among is not None:
            only = tantivy.Query.term_set_query(_schema(), "id", list(among))
            unscored = tantivy.Query.const_score_query(only, 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)]
            )
        with self._readable_errors():
            self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(query, limit).hits
            return [(str(searcher.doc(where)["id"][0]), float(score)) for score, where in hits]

    def search_all_words(self, words: str, limit: int) -> list[str]:
        """Ids of up to ``limit`` passages that hold every one of the words, each in the text, the
        title, the outlet or the day of publication; best first."""
        wanted = _WORD.findall(words.lower().replace("’", "'"))
        if not wanted:
            return []
        text = " ".join(f'+"{word}"' for word in wanted)
        query, _ = self._index.parse_query_lenient(text, list(FIELDS), FIELDS)
        with self._readable_errors():
            self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(query, limit).hits
            return [str(searcher.doc(where)["id"][0]) for _, where in hits]

    def idf(self, stems: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of stemmed words, smoothed so that it also tells words apart
        in a library of one article."""
        searcher = self._index.searcher()
        total = int(searcher.num_docs)
        return {
            stem: math.log(1 + (total + 10) / (int(searcher.doc_freq("body", stem)) + 1))
            for stem in stems
        }

    def count(self) -> int:
        """The number of indexed passages."""
        self._index.reload()
        return int(self._index.searcher().num_docs)


def _document(passage: Passage, article: Article) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", passage.id)
    document.add_text("body", passage.text)
    document.add_text("title", article.title)
    document.add_text("publisher", article.publisher or "")
    if article.published_at:
        document.add_text("date", article.published_at.strftime("%d %B %Y %A"))
    return document
