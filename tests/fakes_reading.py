"""Sentences of an invented story, as the reader is given them."""

from __future__ import annotations

from datetime import date

from qa.reading.reader_input import Candidate

FERRY = Candidate(
    "The ferry's captain, Ilse Marn, was arrested on Monday.",
    "A ferry ran aground off Korva. ",
    "Captain of grounded ferry arrested",
    date(2026, 3, 3),
)
OTHERS = [
    Candidate("Tickets for the ferry cost 12 crowns.", "", FERRY.headline, FERRY.published),
    Candidate("Nobody was hurt.", "The ferry lay on its side. ", FERRY.headline, None),
]
