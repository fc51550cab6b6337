"""Splits English text into lower-case words and reduces them to Snowball stems.

Provides the stop words and pronouns that questions, answers and evidence are compared without.
Pure functions of text; knows nothing about names, numbers or articles.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

import Stemmer

WORD_PATTERN = re.compile(r"\w+(?:[-’'.]\w+)*|[$£€¥%]")

STOP_WORDS = frozenset(
    "a an the of to in on at by for from with without and or but nor so yet is are was were be "
    "been being am do does did done has have had having will would can could shall should may "
    "might must it its itself this that these those there here as than then if whether while when "
    "where who whom whose which what why how i me my you your he him his she her they them their "
    "we us our not no any some such own same too very just also into onto out up down over under "
    "about above after before during since until between through again more most less least each "
    "every both either other another much many few all only ever even still now s t ’s 's "
    "according say says said tell told".split()
)

PRONOUNS = frozenset("he him his she her hers they them their theirs it its this that these those "
                     "there one ones".split())  # fmt: skip

_stemmer = Stemmer.Stemmer("english")
_stemmer_lock = Lock()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the English Snowball stem of a lower-case word, without its possessive ending.

    Porter, "Snowball: A language for stemming algorithms" (2001).
    """
    word = re.sub(r"[’']s?$", "", word)
    with _stemmer_lock:  # the stemmer keeps its working state on itself
        return str(_stemmer.stemWord(word))


def word_tokens(text: str) -> list[str]:
    """Return the lower-case words of a text; hyphenated words also in their parts."""
    found: list[str] = []
    for match in WORD_PATTERN.findall(text):
        lowered = match.lower().replace("’", "'").removesuffix("'s").rstrip(".")
        found.append(lowered)
        if "-" in lowered:
            found.extend(part for part in lowered.split("-") if part)
    return found


def content_stems(text: str) -> list[str]:
    """Return the stems of the words that are no stop words, in order, each once."""
    content = (w for w in word_tokens(text) if w not in STOP_WORDS and w.strip("$£€¥%"))
    return list(dict.fromkeys(stem(w) for w in content))
