"""What each page of the library does with a request: reads the stores, queues jobs, gives HTML.

    Sent (address, fields, files, visitor) -> Shown (HTML and status) | Elsewhere (where to go on)

Knows nothing about HTTP beyond that; ``routes`` serves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeAlias

from ingest.dates.parsing import parse_date
from ingest.errors import IngestError
from ingest.records import Article, day_of
from ingest.storage.catalogue.feed_subscriptions import Subscriptions
from ingest.storage.corrections import correct_article
from ingest.versions.edits import EditedField
from qa.assistant import Assistant
from qa.errors import QaError
from qa.interfaces.library.additions import (
    NothingToAdd,
    Upload,
    address_steps,
    discard_uploads,
    feed_step,
    text_step,
    upload_steps,
)
from qa.interfaces.library.article_forms import render_add, render_edit, render_remove
from qa.interfaces.library.feeds_view import render_feeds, render_health
from qa.interfaces.library.job_journal import JobJournal
from qa.interfaces.library.job_view import render_job, render_jobs
from qa.interfaces.library.jobs import Jobs, Step
from qa.interfaces.library.layout import Frame, note, render_page
from qa.interfaces.library.maintenance import examine, repair_step
from qa.interfaces.library.table_request import TableRequest
from qa.interfaces.library.table_view import read_table, render_table
from qa.records import counted

MAX_ARTICLES_REMOVED = 500
"""Articles of one removal."""

PATIENCE_SECONDS = 10.0
"""Longest that a visitor waits for another writer before being told so."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request: the frame it is answered in, who sent it, the id in its path, query and fields."""

    frame: Frame
    editor: str
    id: str = ""
    query: str = ""
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()

    def one(self, name: str) -> str:
        """The value of a field, without spaces around it; empty when it was not sent."""
        values = self.fields.get(name) or [""]
        return values[0].strip()

    def first_values(self) -> dict[str, str]:
        """The first value of each field."""
        return {name: values[0] for name, values in self.fields.items() if values}


@dataclass(frozen=True, slots=True)
class Shown:
    """A page to show."""

    html: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the browser is sent after a form: a path below ``/library``."""

    path: str


Reply: TypeAlias = Shown | Elsewhere


class LibraryPages:
    """The pages around one assistant. Methods may be called from several threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._library = assistant.library
        self._feeds = Subscriptions(assistant.library.catalogue)
        journal = JobJournal(self._library.home)
        self._jobs = Jobs(journal.interrupted, journal.write)
        discard_uploads(self._library.home)

    # -- the table ---------------------------------------------------------------------

    def table(self, sent: Sent) -> Reply:
        """The articles, searched, filtered and sorted as the address says."""
        table = read_table(self._library, TableRequest.from_query(sent.query))
        return Shown(render_page(sent.frame, "Articles", render_table(table, sent.frame)))

    # -- adding ------------------------------------------------------------------------

    def add(self, sent: Sent) -> Reply:
        """The forms to add with, and the latest jobs."""
        return self._show_add(sent)

    def add_addresses(self, sent: Sent) -> Reply:
        """Queue pasted addresses."""
        return self._queue_addition(
            sent, "address", lambda: address_steps(self._assistant, sent.one("addresses"))
        )

    def add_text(self, sent: Sent) -> Reply:
        """Queue a pasted text."""
        return self._queue_addition(
            sent, "text", lambda: [text_step(self._assistant, sent.first_values())]
        )

    def add_files(self, sent: Sent) -> Reply:
        """Queue uploaded files."""
        return self._queue_addition(
            sent, "file", lambda: upload_steps(self._assistant, sent.uploads)
        )

    def _queue_addition(self, sent: Sent, noun: str, steps: Callable[[], list[Step]]) -> Reply:
        try:
            made = steps()
            title = counted(len(made), noun).replace("addresss", "addresses")
            return self._queue(f"Adding {title}", made)
        except QaError as error:
            return self._show_add(sent, str(error), 400 if isinstance(error, NothingToAdd) else 503)

    def _show_add(self, sent: Sent, problem: str = "", status: int = 200) -> Reply:
        jobs = render_jobs(self._jobs.recent(), sent.frame)
        body = render_add(sent.frame, jobs, sent.first_values(), problem)
        return Shown(render_page(sent.frame, "Add articles", body, tab="/add"), status)

    def _queue(self, title: str, steps: Sequence[Step]) -> Reply:
        return Elsewhere(f"/jobs/{self._jobs.submit(title, steps).id}")

    # -- jobs --------------------------------------------------------------------------

    def job(self, sent: Sent) -> Reply:
        """A job, as far as it is."""
        if (view := self._jobs.look(sent.id)) is None:
            return self._missing(sent, "There is no such job; those that are over are forgotten "
                                       "when the server is started again.")  # fmt: skip
        body = render_job(view, sent.frame, "" if view.over else self._library.waits_for)
        return Shown(render_page(sent.frame, view.title, body, tab="/add", refreshed=not view.over))

    def stop_job(self, sent: Sent) -> Reply:
        """Do no further step of a job."""
        if (job := self._jobs.find(sent.id)) is not None:
            job.stop()
        return Elsewhere(f"/jobs/{sent.id}")

    # -- correcting and removing -------------------------------------------------------

    def edit(self, sent: Sent) -> Reply:
        """The form that corrects an article."""
        article = self._library.catalogue.find(article_id=sent.id)
        return self._show_edit(sent, article) if article else self._missing(sent, _NO_ARTICLE)

    def save_edit(self, sent: Sent) -> Reply:
        """Store the corrections as a new version."""
        article = self._library.catalogue.find(article_id=sent.id)
        if article is None:
            return self._missing(sent, _NO_ARTICLE)
        day, publisher = sent.one("published"), " ".join(sent.one("publisher").split())
        when = parse_date(day)
        if day and when is None:
            return self._show_edit(sent, article, f"“{day[:40]}” is not a date.", 400)
        wanted: dict[EditedField, str | None] = {"publisher": publisher or None}
        if (day_of(when) if when else None) != _day(article):  # the same day keeps its time
            wanted["published_at"] = day_of(when).isoformat() if when else None
        try:
            correct_article(self._library, sent.id, wanted, sent.editor, patience=PATIENCE_SECONDS)
        except IngestError as error:
            return self._show_edit(sent, article, str(error), 503)
        return Elsewhere(f"/articles/{sent.id}/edit")

    def _show_edit(
        self, sent: Sent, article: Article, problem: str = "", status: int = 200
    ) -> Reply:
        edits = self._library.catalogue.edits_of([article.id]).get(article.id, ())
        body = render_edit(article, edits, sent.frame, problem)
        return Shown(render_page(sent.frame, "Correct an article", body), status)

    def ask_removal(self, sent: Sent) -> Reply:
        """The page that asks before the chosen articles are removed."""
        ids = list(dict.fromkeys(sent.fields.get("id", ())))[:MAX_ARTICLES_REMOVED]
        articles = self._library.catalogue.articles(ids) if ids else []
        if not articles:
            return self._missing(sent, "No article was chosen, or it is not there any more.")
        body = render_remove(articles, sent.frame)
        return Shown(render_page(sent.frame, "Remove", body))

    def remove(self, sent: Sent) -> Reply:
        """Remove the articles."""
        ids = list(dict.fromkeys(sent.fields.get("id", ())))[:MAX_ARTICLES_REMOVED]
        try:
            with self._library.writing(patience=PATIENCE_SECONDS):
                self._library.remove(ids)
        except IngestError as error:
            return self._problem(sent, "Not removed", str(error), 503)
        return Elsewhere("")

    # -- feeds and health --------------------------------------------------------------

    def feeds(self, sent: Sent) -> Reply:
        """The subscribed feeds."""
        return self._show_feeds(sent)

    def add_feed(self, sent: Sent) -> Reply:
        """Subscribe to a feed and read it."""
        try:
            self._feeds.add(sent.one("url"))
        except IngestError as error:
            return self._show_feeds(sent, str(error), 400)
        return self.update_feeds(sent)

    def remove_feed(self, sent: Sent) -> Reply:
        """Unsubscribe; the feed's articles stay."""
        self._feeds.remove(sent.one("url"))
        return Elsewhere("/feeds")

    def update_feeds(self, sent: Sent) -> Reply:
        """Queue the update of one feed, or of all."""
        urls = [sent.one("url")] if sent.one("url") else [feed.url for feed in self._feeds.all()]
        try:
            steps = [feed_step(self._assistant, url) for url in urls]
            return self._queue(f"Reading {counted(len(urls), 'feed')}", steps)
        except QaError as error:
            return self._show_feeds(sent, str(error), 503)

    def _show_feeds(self, sent: Sent, problem: str = "", status: int = 200) -> Reply:
        minutes = self._assistant.settings.feed_minutes
        body = render_feeds(self._feeds.all(), sent.frame, minutes, problem)
        return Shown(render_page(sent.frame, "Feeds", body, tab="/feeds"), status)

    def health(self, sent: Sent) -> Reply:
        """Whether the stores agree, and how fresh the library is."""
        found = examine(self._library, datetime.now(UTC).date())
        body = render_health(found, sent.frame)
        return Shown(render_page(sent.frame, "Health", body, tab="/health"))

    def repair(self, sent: Sent) -> Reply:
        """Queue a repair."""
        try:
            return self._queue("Repairing the library", [repair_step(self._library)])
        except QaError as error:
            return self._problem(sent, "Not repaired", str(error), 503)

    # -- what is not there -------------------------------------------------------------

    def _missing(self, sent: Sent, message: str) -> Reply:
        return self._problem(sent, "Not found", message, 404)

    def _problem(self, sent: Sent, title: str, message: str, status: int) -> Reply:
        return refused(sent.frame, title, message, status)


def refused(frame: Frame, title: str, message: str, status: int) -> Shown:
    """A page that says why there is nothing else to show."""
    back = f'<p><a href="{frame.root}/library">To the articles</a></p>'
    return Shown(render_page(frame, title, note(message, "bad") + back), status)


_NO_ARTICLE = "There is no such article; it may have been removed."


def _day(article: Article) -> date | None:
    return day_of(article.published_at) if article.published_at else None
