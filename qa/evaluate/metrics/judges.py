"""Judges support and answers with a language model: entailment, and llama-index's evaluators.

    judge_of(name)         whether quotes support a sentence: the support checker, or a model
    evaluators_of(names)   further measures by llama-index's evaluators

Knows nothing about what is done with a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

from qa.errors import EvaluationError
from qa.evaluate.metrics.citation_metrics import Judge, checker
from qa.evaluate.records import Case, ExtraMeasures, Reply
from qa.writing.entailment_judge import entailment_probability
from qa.writing.models import open_judge, open_model

if TYPE_CHECKING:
    from qa.settings import Settings
    from qa.writing.models import LLM

JUDGES = ("checker", "model")
EVALUATORS = ("faithfulness", "relevancy", "correctness")

MAX_CORRECTNESS = 5.0
"""The highest that llama-index's CorrectnessEvaluator gives; its lowest is 1."""


def judge_llm(settings: Settings) -> LLM:
    """The judge model: CITEWIRE_JUDGE_URL and CITEWIRE_JUDGE_MODEL, or the model that writes."""
    llm = open_judge(settings)
    if llm is None:
        # One that writes nothing here, because answers are only quoted, may still judge.
        quoting = (settings.model or "").lower() == "none"
        llm = open_model(settings.model_copy(update={"model": None}) if quoting else settings)
    if llm is None:
        raise EvaluationError(
            "A judge model is needed: set CITEWIRE_JUDGE_URL (and CITEWIRE_JUDGE_MODEL), or the "
            "model itself."
        )
    return llm


def judge_of(name: str, settings: Settings) -> Judge:
    """The judge of that name. Raises EvaluationError."""
    if name == "checker":
        return checker
    if name == "model":
        return model_judge(judge_llm(settings))
    raise EvaluationError(f"--judge is {name!r}; expected {', '.join(JUDGES)}.")


def model_judge(llm: LLM) -> Judge:
    """A judge that asks a model (``qa.writing.entailment_judge``): supported when a yes is likelier
    than a no. Each (sentence, quotes) is asked once."""

    @cache
    def judged(sentence: str, quotes: tuple[str, ...]) -> bool:
        return entailment_probability(llm, sentence, list(quotes)) > 0.5

    def judge(sentence: str, quotes: Sequence[str], context: str) -> bool:
        return judged(sentence, tuple(filter(None, (context, *quotes))))

    return judge


def evaluators_of(names: Sequence[str], settings: Settings) -> ExtraMeasures | None:
    """llama-index's evaluators as further measures; None when none is asked for.

    Raises EvaluationError for an unknown name, or when there is no judge model.
    """
    if unknown := [name for name in names if name not in EVALUATORS]:
        raise EvaluationError(f"--evaluator is {unknown[0]!r}; expected {', '.join(EVALUATORS)}.")
    return llama_index_evaluators(names, judge_llm(settings)) if names else None


def llama_index_evaluators(names: Sequence[str], llm: LLM) -> ExtraMeasures:
    """Measures by llama-index's evaluators with the given judge, each 0 to 1."""
    from llama_index.core import evaluation

    made: dict[str, Any] = {
        "faithfulness": evaluation.FaithfulnessEvaluator,
        "relevancy": evaluation.RelevancyEvaluator,
        "correctness": evaluation.CorrectnessEvaluator,
    }
    judges = {name: made[name](llm=llm) for name in names}

    def measured(case: Case, reply: Reply) -> Mapping[str, float]:
        found = {}
        for name, judge in judges.items():
            if name == "correctness" and not case.answers:
                continue
            given: dict[str, Any] = {
                "query": case.question,
                "response": reply.text,
                "contexts": [c.quote for c in reply.citations],
            }
            if name == "correctness":
                given["reference"] = case.answers[0]
            # In a thread of its own: in the main one llama-index leaves an event loop open.
            with ThreadPoolExecutor(1) as pool:
                result = pool.submit(judge.evaluate, **given).result()
            if result.score is not None:
                best = MAX_CORRECTNESS if name == "correctness" else 1.0
                found[name] = float(result.score) / best
        return found

    return measured
