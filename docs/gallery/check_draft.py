"""Checks a draft against the library, and writes the note that goes back to its author.

    python docs/gallery/check_draft.py draft.txt

The exit code is 1 when a sentence is contradicted, so that a publishing script can stop there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from qa import Assistant


def note(assistant: Assistant, draft: str) -> tuple[str, bool]:
    """The note, and whether the draft may run as it is."""
    checked = assistant.check(draft)
    quotes = {citation.number: citation for citation in checked.citations}
    wrong, unproven = [], []
    for sentence in checked.sentences:
        if sentence.verdict == "contradicted":
            differs = ", ".join(map(str, sentence.differences))
            wrong.append(f"- “{sentence.text}”\n  {differs}")
            cited = [quotes[number] for number in sentence.citations]
            wrong += [f"  {quote.source}: “{quote.quote}”" for quote in cited]
        elif sentence.verdict == "not_found":
            unproven.append(f"- “{sentence.text}”")
    counts = checked.counts
    lines = [
        f"Checked {len(checked.sentences)} sentences; {counts['supported']} are in our articles."
    ]
    lines += ["", "Please correct:", *wrong] if wrong else []
    lines += ["", "Not in our articles, please give a source:", *unproven] if unproven else []
    return "\n".join(lines), not wrong


if __name__ == "__main__":
    text, may_run = note(Assistant(), Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(text)
    sys.exit(not may_run)
