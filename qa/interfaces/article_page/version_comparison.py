"""Renders what changed between two versions of an article, sentence by sentence.

Deleted and inserted words are ``<del>`` and ``<ins>``. Knows nothing about how they are found; that
is ``ingest.versions.text_diff``.
"""

from __future__ import annotations

from html import escape

from ingest.records import Article, format_day
from ingest.versions.text_diff import Change, Edit, diff_articles
from qa.records import counted

_ELEMENTS = {"kept": "span", "removed": "del", "added": "ins"}


def render_comparison(old: Article, new: Article) -> str:
    """The section that tells what changed from one version to another."""
    changes, facts = diff_articles(old, new), changed_facts(old, new)
    listed = "".join(f'<li class="change">{_words(change)}</li>' for change in changes)
    told = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    summary = (
        f"{counted(len(changes), 'sentence')} changed." if changes else "The words are the same."
    )
    return (
        f'<section class="compare" aria-labelledby="changes"><h2 id="changes">What changed from '
        f"version {old.version} to version {new.version}</h2><p>{summary} What was taken out is "
        "<del>struck through</del>, what was put in is <ins>underlined</ins>.</p>"
        f"{f'<ul>{told}</ul>' if told else ''}{f'<ol>{listed}</ol>' if listed else ''}</section>"
    )


def _words(change: Change) -> str:
    return "".join(map(_edit, change.edits)).strip()


def _edit(edit: Edit) -> str:
    name, words = _ELEMENTS[edit.kind], edit.text.rstrip()
    gap = " " if edit.text.endswith(" ") else ""
    return f"<{name}>{escape(words)}</{name}>{gap}" if words else gap


def changed_facts(old: Article, new: Article) -> list[str]:
    """What changed beside the words: the outlet, the authors, the days."""
    pairs = (
        ("Outlet", old.publisher, new.publisher),
        ("Authors", ", ".join(old.authors), ", ".join(new.authors)),
        ("Published", *(a.published_at and format_day(a.published_at) for a in (old, new))),
        ("Updated", *(a.updated_at and format_day(a.updated_at) for a in (old, new))),
    )
    return [
        f"{name}: {before or 'unknown'}, then {after or 'unknown'}"
        for name, before, after in pairs
        if before != after
    ]
