"""The relational store of a library, in SQLite or PostgreSQL; the only code that uses SQLAlchemy.

    schema      tables and migrations           database     transactions, locks, readable errors
    rows        rows <-> records                conditions   filters -> SQL
    Database <- Archive (history, saved answers) <- Catalogue (articles, passages, changes)

``annotations`` and ``feed_subscriptions`` store what belongs to articles and to feeds. Knows
nothing about vectors, lexical search or the network.
"""
