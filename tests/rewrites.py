"""Rewrites of a story as other outlets print it, made by program from any text.

    cut_tail  cut_middle  reordered  localised  reworded  combined

Every rewrite is retitled. The same seed gives the same rewrites. Nothing of the texts is kept.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Rewrite = Callable[[list[str], random.Random], list[str]]

SYNONYMS = {
    "said": "told reporters", "people": "residents", "about": "around", "also": "in addition",
    "after": "following", "big": "large", "began": "started", "million": "mn", "but": "though",
    "many": "numerous", "more": "additional", "near": "close to", "show": "indicate",
    "while": "as", "will": "is set to", "year": "twelvemonth", "week": "seven days", "new": "fresh",
    "first": "initial", "because": "since", "before": "ahead of", "during": "amid", "help": "aid",
    "however": "yet", "including": "among them", "last": "past", "police": "officers",
    "several": "a number of", "according": "as stated", "against": "versus",
}  # fmt: skip

LOCAL = (
    "Council members in {town} said on {day} that they were watching the matter closely, and that "
    "the town's own plans, drawn up in the spring, would be looked at again before the summer. "
    "A public meeting at the {place} is expected to draw more than {number} people.",
    "Readers in {town} who were asked about it outside the {place} on {day} had mixed feelings. "
    "Of {number} who spoke to this newspaper most had heard of it, and few thought that it would "
    "change anything along the river.",
)


def paragraphs_of(text: str) -> list[str]:
    """Paragraphs; a text without any is cut after every third sentence."""
    found = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    if len(found) > 3:
        return found
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return [" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)]


def cut_tail(parts: list[str], dice: random.Random) -> list[str]:
    """The first 30 to 70 per cent, and never less than three paragraphs."""
    return parts[: max(3, round(len(parts) * dice.uniform(0.3, 0.7)))]


def cut_middle(parts: list[str], dice: random.Random) -> list[str]:
    """Up to half of the paragraphs gone behind the lead."""
    drop = round(len(parts) * dice.uniform(0.25, 0.5))
    start = dice.randint(1, max(1, len(parts) - drop - 1))
    return parts[:start] + parts[start + drop :]


def reordered(parts: list[str], dice: random.Random) -> list[str]:
    """All paragraphs behind the lead in another order."""
    rest = parts[1:]
    dice.shuffle(rest)
    return [parts[0], *rest]


def localised(parts: list[str], dice: random.Random) -> list[str]:
    """A paragraph about the reader's own town, somewhere."""
    paragraph = dice.choice(LOCAL).format(
        town=dice.choice(["Port Elm", "Harrow Falls", "Linden", "Quill Bay"]),
        day=dice.choice(["Monday", "Tuesday", "Thursday"]),
        place=dice.choice(["library", "town hall", "ferry landing"]),
        number=dice.randint(12, 400),
    )
    place = dice.randint(1, len(parts))
    return [*parts[:place], paragraph, *parts[place:]]


def reworded(parts: list[str], dice: random.Random) -> list[str]:
    """Half of the words that have a synonym here replaced: about one word in thirty."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        return SYNONYMS[word] if word in SYNONYMS and dice.random() < 0.5 else word

    return [re.sub(r"[a-z]+", other, part) for part in parts]


def combined(parts: list[str], dice: random.Random) -> list[str]:
    """All of it."""
    for step in (dice.choice([cut_tail, cut_middle]), reworded, reordered, localised):
        parts = step(parts, dice)
    return parts


KINDS: dict[str, Rewrite] = {
    "cut_tail": cut_tail, "cut_middle": cut_middle, "reordered": reordered,
    "localised": localised, "reworded": reworded, "combined": combined,
}  # fmt: skip


def rewrite(text: str, kind: str, seed: int) -> str:
    """One rewrite of a story."""
    return "\n\n".join(KINDS[kind](paragraphs_of(text), random.Random(seed)))


def retitled(title: str, seed: int) -> str:
    """Another headline, without a word of the first."""
    return random.Random(seed).choice(
        ["What we know so far", "Town reacts to the news", "In brief", "A closer look", "Roundup"]
    )
