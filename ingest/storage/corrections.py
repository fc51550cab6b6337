"""Stores an editor's corrections of an article as a new version of it.

    wanted values -> Edits -> the next version, staged with them -> vectors -> ready

The version before is kept, with the value that was wrong. Knows nothing about who may edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from ingest.errors import BadInput
from ingest.records import Article
from ingest.segmentation import split_into_passages
from ingest.storage.library import Library
from ingest.storage.search import LOCK_TIMEOUT_SECONDS
from ingest.versions.edits import EditedField, apply_edits, changes_of
from ingest.versions.near_duplicates import build_sketch


def correct_article(
    library: Library,
    article_id: str,
    wanted: Mapping[EditedField, str | None],
    editor: str,
    *,
    patience: float = LOCK_TIMEOUT_SECONDS,
) -> Article:
    """Give an article the wanted values, and return it; unchanged when it has them already.

    Raises BadInput when there is no such article, LibraryBusy after ``patience`` seconds.
    """
    with library.writing(patience=patience):
        stored = library.catalogue.find(article_id=article_id)
        if stored is None:
            raise BadInput(article_id, "no such article")
        edits = changes_of(stored, wanted, editor, datetime.now(UTC))
        if not edits:
            return stored
        corrected = replace(apply_edits(stored, edits), version=stored.version + 1)
        passages = split_into_passages(corrected)
        sketch = build_sketch(corrected.text, [(p.start, p.end) for p in passages])
        rows = [(passage, corrected) for passage in passages]
        library.catalogue.stage([(corrected, passages, sketch)], {article_id: edits})
        library.publish([corrected], rows, library.embed(rows))
        library.update_lexical_index()
    return corrected
