"""Resolves the pronouns of speakers ("he said"), and finds a speaker's role earlier in the text.

A pronoun stands for the last named speaker that fits, within a few paragraphs; where that is not
plain, for nobody. Knows nothing about the patterns that find speakers.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.attribution.lexicon import PERSONAL_PRONOUNS
from ingest.attribution.speaker_names import Speaker, parse_speaker

MAX_PARAGRAPHS_BACK = 3
"""Paragraphs back in which "he said" may find its name; news changes speakers soon."""


class SpeakerHistory:
    """The speakers that a text has named so far, with their pronouns and roles by surname."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._speakers: list[tuple[int, Speaker]] = []
        self._pronouns: dict[str, str] = {}
        self._roles: dict[str, str] = {}

    def add(self, paragraph: int, speaker: Speaker) -> Speaker:
        """Remember a named speaker; returns them with the role known from the text before."""
        surname = speaker.name.split()[-1]
        if speaker.role:
            self._roles.setdefault(surname, speaker.role)
        elif speaker.person:
            if surname not in self._roles:
                self._roles[surname] = _first_role(surname, self._text, speaker.start)
            speaker = replace(speaker, role=self._roles[surname])
        self._speakers.append((paragraph, speaker))
        return speaker

    def resolve(self, paragraph: int, pronoun: str) -> Speaker | None:
        """The named speaker that a pronoun stands for, or None where that is not plain."""
        for where, speaker in reversed(self._speakers):
            if paragraph - where > MAX_PARAGRAPHS_BACK:
                return None
            if pronoun in PERSONAL_PRONOUNS:
                surname = speaker.name.split()[-1]
                if speaker.person and self._pronouns.get(surname, pronoun) == pronoun:
                    self._pronouns[surname] = pronoun
                    return speaker
            elif paragraph - where <= 1 and not speaker.person:
                return speaker if speaker.plural == (pronoun == "they") else None
        return None


def _first_role(surname: str, text: str, end: int) -> str:
    """The title with which a text first gave a full name: "U.S. Senator Lindsay Graham"."""
    titled = re.compile(rf"(?:[A-Z][\w.’'-]* ){{2,5}}{re.escape(surname)}\b")
    first = titled.search(text, 0, end)
    speaker = parse_speaker(text, *first.span()) if first else None
    return speaker.role if speaker and speaker.person else ""
