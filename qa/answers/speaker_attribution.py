"""Adds "said by X" to a sentence of the answer whose quotes are all X's, as found at ingest.

Knows nothing about how speakers are found (``ingest.attribution``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.language.entity_names import name_stems
from qa.language.words import word_tokens
from qa.records import Citation, Sentence


def attribute_sentence(sentence: Sentence, citations: Sequence[Citation]) -> Sentence:
    """The sentence with ``said_by`` when all its quotes are one speaker's and it names nobody."""
    cited = [c for c in citations if c.number in sentence.citations]
    speakers = {c.speaker.split()[-1] for c in cited if c.speaker}
    if not cited or len(speakers) != 1 or any(not c.speaker for c in cited):
        return sentence
    fullest = max(cited, key=lambda c: len(c.said_by))
    if _names_speaker(sentence.text, fullest.speaker or ""):
        return sentence
    return replace(sentence, said_by=speaker_with_role(fullest.speaker or "", fullest.role))


def _names_speaker(text: str, speaker: str) -> bool:
    """Whether a text names a speaker: any word of a name, "the coast guard" by all its words."""
    keys = name_stems(speaker)
    if keys:
        return bool(keys & name_stems(text))
    return set(word_tokens(speaker)) <= set(word_tokens(text))


def speaker_with_role(speaker: str, role: str) -> str:
    """A speaker with their role as news writes it: Turkish Foreign Minister Hakan Fidan; Maud
    Kerrow, the union's general secretary."""
    if not role:
        return speaker
    if role[0].isupper() and len(role.split()) <= 4 and not speaker.startswith(role):
        return f"{role} {speaker}"
    if role[0].isdigit():
        return f"{speaker}, a {role}"
    article = "the " if "’s " in role or "'s " in role else ""
    return f"{speaker}, {article}{role}"
