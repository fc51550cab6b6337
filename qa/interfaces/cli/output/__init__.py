"""Prints results in a terminal: answers, checked drafts, libraries, ingestions, evaluations.

    Answer | DraftCheck | IngestReport | status | Report -> rich text on standard output

Text of articles is printed as plain text, never as rich markup. Knows nothing about commands or
their options.
"""
