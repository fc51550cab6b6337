"""The catalogue's tables and migrations (SQLAlchemy Core, SQLite and PostgreSQL).

meta           what the library was made with: schema, embedder, weights, passage length
articles       one row an article: which version is current, which cluster of near-duplicates
versions       text and metadata of every version; ``state`` is pending until its vectors are stored
passages       spans of versions; ``state`` goes pending -> ready -> dead, then the row is deleted
changes        numbered additions and removals of passages, which the lexical index replays
expressions    time expressions of versions and the days they mean (both null: unresolved)
statements     attributed sentences of versions, with their speakers
notices        corrections, clarifications, updates and retractions that versions print
bands          MinHash bands of current articles, to find near-duplicates
sketches       MinHash values of their passages, for copies that were cut short
feeds          subscribed feeds and the result of their last update (``feed_subscriptions``)
feed_entries   which entries of a feed were read, and in which state
feed_results   when each feed was last read, and when and why that last failed
edits          facts of articles that an editor corrected, with what they were before
answers        saved answers, so that they can be checked again

Knows nothing about queries.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.schema import CreateIndex

from ingest.errors import LibraryBroken

SCHEMA_VERSION = 3
"""2 added expressions and statements (2026-11-22): empty until `citewire repair` or
`reindex` fills them. 3 added edits, feed_results and the indexes of the library page
(2026-11-28)."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text))

articles = Table(
    "articles",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("canonical_url", Text),
    Column("origin", Text),
    Column("current_version", Integer, nullable=False),
    Column("cluster_id", String(16), nullable=False),
    Index("ix_articles_canonical_url", "canonical_url"),
    Index("ix_articles_origin", "origin"),
    Index("ix_articles_cluster", "cluster_id"),
    Index("ix_articles_current", "current_version", "id"),
    Index("ix_articles_copies", "cluster_id", "current_version", "id"),
)

versions = Table(
    "versions",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text),
    Column("publisher", Text),
    Column("authors", Text, nullable=False),
    Column("section", Text),
    Column("published_at", Text),
    Column("published_epoch", BigInteger),
    Column("published_from", String(20), nullable=False),
    Column("updated_at", Text),
    Column("language", Text),
    Column("content_hash", String(32), nullable=False),
    Column("text_hash", String(32), nullable=False),
    Column("ingested_at", String(40), nullable=False),
    Index("ix_versions_text_hash", "text_hash"),
    Index("ix_versions_state", "state"),
    Index("ix_versions_published", "published_epoch"),
)

_LISTED = (versions.c.article_id, versions.c.version, versions.c.state)
_FILTERED = (versions.c.publisher, versions.c.published_at)
LISTING_INDEXES = (
    Index("ix_listing_published", versions.c.published_epoch, *_LISTED, *_FILTERED),
    Index("ix_listing_title", func.lower(versions.c.title), *_LISTED, *_FILTERED,
          versions.c.published_epoch),
    Index("ix_listing_publisher", func.lower(versions.c.publisher), *_LISTED, *_FILTERED,
          versions.c.published_epoch),
    Index("ix_listing_added", versions.c.version, versions.c.ingested_at, versions.c.article_id),
)  # fmt: skip
"""What the library page sorts and filters by, so that SQLite reads no row for it: its rows hold
their whole text. PostgreSQL keeps texts apart, and takes no long title into an index."""
for _index in LISTING_INDEXES:
    _index.ddl_if(dialect="sqlite")

passages = Table(
    "passages",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("article_id", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Index("ix_passages_article", "article_id", "version"),
    Index("ix_passages_state", "state"),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("passage_id", String(24), nullable=False),
    Column("kind", String(6), nullable=False),
    sqlite_autoincrement=True,
)

bands = Table(
    "bands",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("band", Integer, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Index("ix_bands_value", "band", "value"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("url", String(2000), primary_key=True),
    Column("title", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("added_at", String(40), nullable=False),
    Column("checked_at", String(40)),
    Column("status", Text),
)

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed_url", String(2000), primary_key=True),
    Column("entry_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
)

feed_results = Table(
    "feed_results",
    metadata,
    Column("feed_url", String(2000), primary_key=True),
    Column("succeeded_at", String(40)),
    Column("failed_at", String(40)),
    Column("failure", Text),
)

edits = Table(
    "edits",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("value", Text),
    Column("old_value", Text),
    Column("old_from", String(20), nullable=False),
    Column("editor", Text, nullable=False),
    Column("edited_at", String(40), nullable=False),
)

expressions = Table(
    "expressions",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    Column("phrase", Text, nullable=False),
    Column("first_day", String(10)),
    Column("last_day", String(10)),
    Column("rule", String(20), nullable=False),
    Index("ix_expressions_days", "first_day", "last_day"),
)

statements = Table(
    "statements",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    Column("speaker", Text, nullable=False),
    Column("speaker_start", Integer, nullable=False),
    Column("speaker_end", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("kind", String(8), nullable=False),
)

sketches = Table(
    "sketches",
    metadata,
    Column("value", BigInteger, primary_key=True),
    Column("article_id", String(16), primary_key=True),
    Index("ix_sketches_article", "article_id"),
    sqlite_with_rowid=False,
)

notices = Table(
    "notices",
    metadata,
    Column("article_id", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("day", String(10)),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("asked", String(10)),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created", String(40), nullable=False),
    Index("ix_answers_created", "created"),
)


def migrate(connection: Connection) -> None:
    """Create what is missing and bring an older schema up to ``SCHEMA_VERSION``.

    Raises LibraryBroken for a library written by a newer citewire.
    """
    metadata.create_all(connection)
    found = connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar()
    if found is None:
        connection.execute(insert(meta).values(key="schema", value=str(SCHEMA_VERSION)))
    elif int(found) > SCHEMA_VERSION:
        raise LibraryBroken(
            f"This library has schema {found}; this citewire knows up to {SCHEMA_VERSION}. "
            "Install a newer citewire to open it."
        )
    elif int(found) < SCHEMA_VERSION:  # new tables, which are there by now, and indexes
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            if index not in LISTING_INDEXES or connection.dialect.name == "sqlite":
                connection.execute(CreateIndex(index, if_not_exists=True))
        ours = meta.c.key == "schema"
        connection.execute(update(meta).where(ours).values(value=str(SCHEMA_VERSION)))
