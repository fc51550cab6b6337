"""Writes the brief of a day as an e-mail: the news of the week, and of what you follow.

python docs/gallery/daily_brief.py 2026-09-16 "the truce talks" "the port merger" > brief.eml
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from email.message import EmailMessage
from textwrap import fill

from qa import Answer, Assistant, Filters

DAYS = 7


def brief(assistant: Assistant, day: date, followed: Sequence[str]) -> EmailMessage:
    """The e-mail for one day, from what was published in the days before it."""
    recent = Filters(first=day - timedelta(days=DAYS - 1), last=day)
    asked = {"Top stories": "What is the latest news?"}
    asked |= {f"About {topic}": f"What is new about {topic}?" for topic in followed}
    sections = [
        section(heading, assistant.ask(question, asked_at=day, filters=recent))
        for heading, question in asked.items()
    ]
    message = EmailMessage()
    message["Subject"] = f"The news until {day:%d %B %Y}"
    opening = f"Good morning. What articles of the last {DAYS} days say; each [n] is a source."
    message.set_content("\n\n\n".join([opening, *sections]), cte="8bit")
    return message


def section(heading: str, answer: Answer) -> str:
    """A heading with its answer and sources, and the words behind what a model wrote."""
    lines = [heading.upper(), ""]
    if answer.status == "not_found":
        return "\n".join([*lines, "Nothing new."])
    lines += [fill(line, 76) for line in answer.attributed_text.splitlines()]
    lines += ["", *(fill(notice, 76) for notice in answer.notices)]
    for cited in answer.citations:
        lines.append(fill(f"[{cited.number}] {cited.source}", 76, subsequent_indent="    "))
        quote = " ".join(cited.quote.split())
        if quote not in answer.text:
            indent = "    "
            lines.append(fill(f"“{quote}”", 76, initial_indent=indent, subsequent_indent=indent))
        if cited.url:
            lines.append(f"    {cited.url}")
    return "\n".join(lines)


if __name__ == "__main__":
    until = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date.today()
    sys.stdout.buffer.write(brief(Assistant(), until, sys.argv[2:]).as_bytes())
