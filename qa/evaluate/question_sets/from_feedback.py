"""Makes a question set of what readers said of answers: only what their verdict vouches for.

    thumbs up               the question, and the cited articles as its evidence
    thumbs down             the question alone: it says that something is wrong, not what is right
    this citation is wrong  the question, and that article no longer as evidence
    both up and down        the question alone

No answer is ever taken for the right one, and no refusal for a right one: a reader who likes an
answer has not marked which words are its answer, and cannot know what the library lacks. What was
answered and said stands beside each question under ``_feedback``, which evaluation does not read,
for whoever adds ``answers`` or ``unanswerable``. Evidence counts only while the library holds the
quote. Knows nothing about files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ingest.records import digest
from qa.answers.feedback import Feedback
from qa.evaluate.question_sets.question_set import case_to_dict
from qa.evaluate.records import Case
from qa.records import Citation


def feedback_cases(
    feedback: Iterable[Feedback], holds: Callable[[Citation], bool]
) -> list[Mapping[str, Any]]:
    """One line of our own format for each question that was judged, in the order of their first
    verdicts; ``holds`` tells whether the library holds a citation's quote."""
    by_question: dict[str, list[Feedback]] = {}
    for one in feedback:
        key = digest(_question(one), str(one.answer.asked_at))
        by_question.setdefault(key, []).append(one)
    return [_case(key, said, holds) for key, said in by_question.items()]


def _case(
    key: str, said: Sequence[Feedback], holds: Callable[[Citation], bool]
) -> Mapping[str, Any]:
    verdicts = {one.verdict for one in said}
    liked = [c for one in said if one.verdict == "up" for c in one.answer.citations]
    wrong = {_named(one) for one in said if one.verdict == "wrong_citation"}
    found = [c for c in liked if "down" not in verdicts and c.article_id not in wrong and holds(c)]
    case = Case(
        id=f"feedback-{key[:16]}",
        question=_question(said[0]),
        asked_at=said[0].answer.asked_at,
        evidence_ids=tuple(dict.fromkeys(citation.article_id for citation in found)),
        kind="feedback_" + "_and_".join(sorted(verdicts)),
    )
    return case_to_dict(case) | {"_feedback": list(map(_remark, said))}


def _question(feedback: Feedback) -> str:
    """The question by itself: a follow-up as it was made whole."""
    return feedback.answer.search or feedback.answer.question


def _named(feedback: Feedback) -> str | None:
    """The article of the citation that is called wrong."""
    cited = {citation.number: citation.article_id for citation in feedback.answer.citations}
    return cited.get(feedback.citation or 0)


def _remark(feedback: Feedback) -> Mapping[str, Any]:
    return {
        "verdict": feedback.verdict,
        "citation": feedback.citation,
        "comment": feedback.comment,
        "created": feedback.created.isoformat(),
        "status": feedback.answer.status,
        "answered": feedback.answer.text,
    }
