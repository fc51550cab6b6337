"""Renders the conversation as HTML: the header, the welcome, and each question with its answer.

The sources are in ``source_cards``; looks and behaviour are in ``assets/citewire.css`` and
``assets/citewire.js``. Knows nothing about gradio, sessions or how answers are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from qa.interfaces.asking.asked_question import offer_unfiltered, render_asked
from qa.interfaces.export.document import lay_out
from qa.interfaces.export.markdown import to_markdown_snippet
from qa.interfaces.frame.page_frame import LOGO, PROMISE
from qa.interfaces.links import answer_address, reading_address
from qa.interfaces.page.comparison_panel import render_comparison, tail_start
from qa.interfaces.page.conversation import Exchange
from qa.interfaces.page.coverage_plot import render_coverage
from qa.interfaces.page.markup import (
    article_link,
    citation_button,
    date_note,
    date_range,
    isolated,
    outlet_name,
    provenance_line,
    publication_day,
    quote_address,
    read_link,
    save_menu,
    thumb_buttons,
)
from qa.records import Answer, Citation, NearArticle, Sentence, capitalized, counted

_PULSE = '<span class="cw-pulse"></span>'


# -- the page around the conversation -------------------------------------------------------


def render_header(status: Mapping[str, Any], signed_in_as: str = "") -> str:
    """Name, promise and what the library holds; ``status`` is ``Assistant.status()``.

    With the name of a visitor who has signed in, and a way to sign out.
    """
    account = (
        '<form class="cw-account" method="post" action="sign-out">'
        '<span class="cw-hidden">Signed in as </span>'
        f'<span class="cw-user" dir="auto">{escape(signed_in_as)}</span>'
        '<button type="submit">Sign out</button></form>'
    )
    return (
        f'<header class="cw-header">{LOGO}<div class="cw-name"><h1>Citewire</h1>'
        f"<p>{PROMISE}</p></div>"
        '<p class="cw-facts"><a class="cw-library" href="library">'
        f"{'Library: ' if status.get('articles') else ''}{escape(library_summary(status))}</a> "
        f"<span>{escape(answering_mode(status))}</span> "
        '<a class="cw-door" href="check">Check a draft</a></p>'
        f"{account if signed_in_as else ''}</header>"
    )


def library_summary(status: Mapping[str, Any]) -> str:
    """What the library holds: 22 articles from 6 outlets, 21 Aug – 22 Oct 2026."""
    if not status.get("articles"):
        return "The library is empty"
    parts = [counted(status["articles"], "article")]
    if status.get("outlets"):
        parts[0] += f" from {counted(status['outlets'], 'outlet')}"
    if status.get("oldest") and status.get("newest"):
        parts.append(date_range(*(date.fromisoformat(status[end]) for end in ("oldest", "newest"))))
    return ", ".join(parts)


def answering_mode(status: Mapping[str, Any]) -> str:
    """Whether answers are quoted, or written by which model."""
    if status.get("mode") == "written":
        # A server's own choice is called "default" until it is asked.
        named = str(status.get("model") or "default")
        return f"Answers written by {'a model' if named == 'default' else named}"
    return "Quoting mode, no model configured"


def render_welcome(status: Mapping[str, Any], examples: Sequence[str]) -> str:
    """The page before the first question, with questions to try."""
    if not status.get("articles"):
        return (
            '<section class="cw-welcome"><h2>There are no articles yet</h2><p>Add some with '
            "<code>citewire ingest PATH</code>, where PATH is a folder, a file, a feed or an "
            "address, or the samples with <code>citewire ingest --samples</code>. Then ask.</p>"
            "</section>"
        )
    chips = "".join(
        f'<li><button type="button" class="cw-example" data-question="{escape(e)}" dir="auto">'
        f"{escape(e)}</button></li>"
        for e in examples
    )
    tries = f'<h3>For example</h3><ul class="cw-examples">{chips}</ul>' if chips else ""
    return (
        '<section class="cw-welcome"><h2>What do you want to know?</h2>'
        "<p>Ask about what the articles report. Every sentence of the answer carries a number; "
        "the number opens the article at the exact words. What the articles do not say, "
        f"Citewire does not say either.</p>{tries}</section>"
    )


# -- one question and its answer ------------------------------------------------------------


def render_exchange(exchange: Exchange) -> str:
    """A question with its answer, as far as there is one yet."""
    asked = render_asked(
        exchange.question, exchange.filters,
        complete=exchange.progress == "done", working=exchange.progress == "working",
    )  # fmt: skip
    return (
        f'<article class="cw-exchange" data-turn="{exchange.number}" '
        f'data-progress="{exchange.progress}">'
        '<div class="cw-question"><p dir="auto" role="heading" aria-level="2">'
        '<span class="cw-hidden">You asked: </span>'
        f"{escape(exchange.question)}</p>{asked}</div>"
        f'<div class="cw-answer">{_render_answer(exchange)}</div></article>'
    )


def _render_answer(exchange: Exchange) -> str:
    answer, parts = exchange.answer, []
    cited = {citation.number: citation for citation in exchange.citations}
    if answer and answer.lead:
        parts.append(_note(answer.lead))
    if answer:
        parts.append(render_comparison(answer, cited, exchange.number))
    if not (answer and answer.timeline):  # a timeline has shown the sentences already
        parts.append(_render_sentences(exchange, cited))
    if exchange.progress == "working":
        parts.append(f'<p class="cw-status">{_PULSE}{escape(exchange.message)}…</p>')
    elif exchange.progress == "stopped":
        parts.append('<p class="cw-note">Stopped before the answer was complete.</p>')
    elif exchange.progress == "failed":
        parts.append(f'<p class="cw-note cw-failed">{escape(exchange.message)}</p>')
        parts.append(offer_unfiltered(exchange.question, exchange.filters))
    if answer:
        parts.append(_render_ending(exchange, answer))
        parts.append(render_coverage(answer, exchange.number))
    return "".join(parts)


_DATES_EXPLAINED = (
    "Framed dates are what Citewire takes the words to mean; the articles do not spell them out."
)


def _render_ending(exchange: Exchange, answer: Answer) -> str:
    """Notices, how the question was understood and how fresh the answer is."""
    parts = [_render_not_found(exchange, answer)] if answer.status == "not_found" else []
    parts += [f'<p class="cw-ours" dir="auto">{escape(one)}.</p>' for one in _understood(exchange)]
    if answer.status == "not_found" and answer.freshness:
        parts.append(f'<p class="cw-ours">{escape(answer.freshness)}</p>')
    parts += [_note(notice) for notice in answer.notices if notice != answer.lead]
    if answer.written_how:
        parts.append(f'<p class="cw-ours">{escape(answer.written_how)}.</p>')
    if answer.sentences:
        if any(when.adds_information for citation in answer.citations for when in citation.dates):
            parts.append(f'<p class="cw-ours">{_DATES_EXPLAINED}</p>')
        parts.append(
            f'<footer class="cw-foot"><span>{escape(_summary(answer))}</span>'
            f'<button type="button" class="cw-copy" data-copy="{escape(str(answer))}">Copy answer'
            f"</button>{_link_button(exchange.saved)}{_citing_buttons(answer)}"
            f'<span class="cw-thumbs">{thumb_buttons()}</span></footer>'
        )
    else:
        parts.append(
            f'<footer class="cw-foot">{_link_button(exchange.saved)}'
            f'<span class="cw-thumbs">{thumb_buttons()}</span></footer>'
        )
    return "".join(parts)


def _understood(exchange: Exchange) -> Iterator[str]:
    """How the question was understood; the visitor's own filters stand under it already."""
    answer = exchange.answer
    if answer and answer.searched_as:
        yield answer.searched_as
    if answer and answer.filters and answer.filters != str(exchange.filters):
        yield f"Only articles {answer.filters}"


def _link_button(saved: str) -> str:
    """What copies the address of the saved answer; the script makes it a whole one."""
    address = escape(answer_address(saved))
    button = f'<button type="button" class="cw-copy" data-link="{address}">Copy link</button>'
    return button if saved else ""


def _citing_buttons(answer: Answer) -> str:
    """What takes the answer elsewhere with its footnotes: copied as Markdown, or as a file."""
    if not answer.citations:
        return save_menu("Save")
    cited = to_markdown_snippet(lay_out([answer], questions=False))
    return (
        f'<button type="button" class="cw-copy" data-copy="{escape(cited)}">Copy with citations'
        f"</button>{save_menu('Save')}"
    )


def _note(text: str) -> str:
    return f'<p class="cw-note" dir="auto">{escape(text)}</p>'


def _summary(answer: Answer) -> str:
    """As of 4 September 2026 · newest article in the library 22 October 2026 · 2 independent
    sources."""
    parts = ["Partly answered"] if answer.status == "partial" else []
    if answer.citations and not answer.as_of:
        parts.append("No publication date is known")
    if answer.freshness:
        parts.append(answer.freshness)
    if answer.independent_sources:
        parts.append(counted(answer.independent_sources, "independent source"))
    return " · ".join(parts)


def _render_sentences(exchange: Exchange, cited: Mapping[int, Citation]) -> str:
    """Quotes one by one with their outlet; written sentences, and quotes under a heading, joined to
    paragraphs."""
    blocks: list[str] = []
    paragraph: list[str] = []
    headed = any(sentence.heading for sentence in exchange.sentences)
    for sentence in exchange.sentences:
        verbatim = _is_verbatim(sentence, cited)
        if sentence.heading or sentence.paragraph or (verbatim and not headed):
            blocks.append(_render_paragraph(paragraph))
            blocks.append(_render_heading(sentence.heading))
            paragraph = []
        if verbatim and not headed:
            blocks.append(_render_quotation(sentence, cited, exchange.number))
        elif verbatim:
            paragraph.append(_render_quoted(sentence, cited, exchange.number))
        else:
            speaker = f"according to {escape(sentence.said_by)}" if sentence.said_by else ""
            mark = f' <span class="cw-voice-mark">{speaker}</span>' if speaker else ""
            paragraph.append(_render_sentence(sentence, cited, exchange.number) + mark)
    return "".join([*blocks, _render_paragraph(paragraph)])


def _render_heading(heading: str) -> str:
    """A heading; the outlets and days at its end stand in a line of their own."""
    title, _, where = heading.rpartition(" · ")
    below = f'<span class="cw-heading-where">{escape(where)}</span>' if title else ""
    return (
        f'<h3 class="cw-heading" dir="auto">{escape(title or where)}{below}</h3>' if where else ""
    )


def _is_verbatim(sentence: Sentence, cited: Mapping[int, Citation]) -> bool:
    """Whether a sentence is a quotation: decided by its words, not by the mode of the answer."""
    quotes = (cited[n].quote for n in sentence.citations if n in cited)
    return any(quote.split() == sentence.text.split() for quote in quotes)


def _render_paragraph(sentences: Sequence[str]) -> str:
    return f'<p class="cw-written" dir="auto">{" ".join(sentences)}</p>' if sentences else ""


def _render_quoted(sentence: Sentence, cited: Mapping[int, Citation], turn: int) -> str:
    """A quotation inside a paragraph, whose heading says where it is from."""
    first = next(cited[n] for n in sentence.citations if n in cited)
    words = _render_sentence(
        sentence, cited, turn, _quotation_marks(sentence.text), _date_notes(first)
    )
    name = escape(capitalized(sentence.said_by))
    return f'<span class="cw-voice-mark">{name} said:</span> {words}' if name else words


def _render_quotation(sentence: Sentence, cited: Mapping[int, Citation], turn: int) -> str:
    first = next(cited[n] for n in sentence.citations if n in cited)
    words = _render_sentence(
        sentence, cited, turn, _quotation_marks(sentence.text), _date_notes(first)
    )
    speaker = ""
    if sentence.said_by:
        name = escape(capitalized(sentence.said_by))
        speaker = f'<p class="cw-voice" dir="auto">{name} said:</p>'
    return (
        f'<figure class="cw-quotation">{speaker}<blockquote dir="auto">{words}</blockquote>'
        f"<figcaption>{provenance_line(first, with_speaker=not speaker)} · "
        f"{read_link(quote_address(first, cited.values()))}</figcaption></figure>"
    )


def _quotation_marks(text: str) -> tuple[str, str]:
    """Quotation marks that can be told from those inside the text, which stays as it is."""
    double = any(mark in text for mark in '“”"')
    return ("‘\u200a", "\u200a’") if double else ("“", "”")


DateNotes = Sequence[tuple[int, str]]
"""Offsets in a sentence and the date notes, as HTML, that stand there."""


def _date_notes(citation: Citation) -> DateNotes:
    """The date notes of a quote, at their offsets in its text with single spaces."""
    return [
        (len(" ".join(citation.quote[: dated.end].split())), note)
        for dated in citation.dates
        if (note := date_note(dated))
    ]


def _render_sentence(
    sentence: Sentence,
    cited: Mapping[int, Citation],
    turn: int,
    quotation_marks: tuple[str, str] = ("", ""),
    notes: DateNotes = (),
) -> str:
    """A sentence with its short answer in bold, its date notes and its citation buttons.

    The last word and the first button stay on one line.
    """
    text, (opening, closing) = sentence.text, quotation_marks
    cut = tail_start(text)
    head = isolated(_render_span(sentence, 0, cut, notes))
    tail = isolated(_render_span(sentence, cut, len(text), notes))
    buttons = [citation_button(n, cited, turn) for n in sentence.citations if n in cited]
    return (
        f'{opening}{head}<span class="cw-tail">{tail}{closing}{"".join(buttons[:1])}</span>'
        f"{''.join(buttons[1:])}"
    )


def _render_span(sentence: Sentence, start: int, end: int, notes: DateNotes) -> str:
    """``sentence.text[start:end]`` with what belongs to the short answer in bold."""
    first, last = sentence.short or (end, end)
    first, last = min(max(first, start), end), min(max(last, start), end)
    before, short, after = (
        _with_notes(sentence.text, i, j, notes)
        for i, j in ((start, first), (first, last), (last, end))
    )
    return f"{before}<strong>{short}</strong>{after}" if short else before + after


def _with_notes(text: str, start: int, end: int, notes: DateNotes) -> str:
    parts, done = [], start
    for offset, note in notes:
        if start < offset <= end:
            parts += [escape(text[done:offset]), note]
            done = offset
    return "".join([*parts, escape(text[done:end])])


def _render_not_found(exchange: Exchange, answer: Answer) -> str:
    """The refusal, of which articles it holds, and the nearest of them."""
    nearest: Sequence[NearArticle] = answer.nearest
    where = f"No article {escape(answer.filters)}" if answer.filters else "Nothing in the library"
    items = "".join(
        '<li><span class="cw-near-title" dir="auto">'
        f"{article_link(n.title or 'Untitled', n.url)}</span>"
        f'<span class="cw-near-where">{outlet_name(n.publisher)} · '
        f"{publication_day(n.published_at)}</span>"
        f'<span class="cw-near-text" dir="auto">{escape(n.excerpt)}</span>'
        f"{read_link(reading_address(n.article_id), 'Read the article', f': {n.title}')}</li>"
        for n in nearest
    )
    offer = f"<p>The nearest articles:</p><ul>{items}</ul>" if items else ""
    return (
        f'<section class="cw-notfound"><h3>Not in these articles</h3><p dir="auto">{where} '
        "answers this, so nothing is claimed.</p>"
        f"{offer_unfiltered(exchange.question, exchange.filters)}{offer}</section>"
    )
