"""Decides what a model is given and may write: evidence and answer in tokens, and by which rules.

    what its server says of it, its name, CITEWIRE_EVIDENCE_TOKENS -> ModelProfile

A small model reads ten sentences and writes three; any other reads passages. Asks no server
(``models`` did, when it opened the model) and knows nothing about what evidence is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.writing.models.known_models import ASSUMED_CONTEXT_TOKENS, facts_of
from qa.writing.models.opening import MAX_TOKENS

if TYPE_CHECKING:
    from qa.writing.models import LLM

MAX_SMALL_PARAMETERS = 4_000_000_000
"""Models up to this size get the rules for small models. They were measured with one of 1.5
billion parameters on two cores (docs/written-mode.md, 2026-11)."""
SMALL_EVIDENCE_TOKENS = 600
"""Ten sentences, which hold the answer of .927 of the RealTime QA development questions; reading
them is most of the time of a model on a CPU (2026-11-23)."""
SMALL_ANSWER_TOKENS = MAX_TOKENS
"""Three sentences, as the instructions for small models ask."""
MAX_EVIDENCE_TOKENS = 6_000
"""About 24,000 characters of articles; a choice, not a measurement."""
ANSWER_TOKENS = 1_000
"""A lead and some paragraphs, about 700 words; a choice, not a measurement."""
INSTRUCTION_TOKENS = 1_200
"""Room for what is not evidence: the instructions, the question and the earlier exchanges."""
MIN_EVIDENCE_TOKENS = 200
"""Three sentences: what is shown even where the context seems too small for it."""

_SIZE = re.compile(r"(?<![a-z0-9.])e?(\d+(?:\.\d+)?)(b|m)(?![a-z0-9])")
"""A size in a name: "qwen2.5-1.5b-instruct", "gemma-3-270m", "llama3.2:3b", "gemma-3n-e2b"; not the
"8x7b" of a mixture, nor "4bit"."""
_SCALE = {"b": 1e9, "m": 1e6}


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """What a model is given and may write, in tokens, and ``why`` as one sentence for people.
    ``small``: the rules that were measured for small models hold."""

    name: str
    small: bool
    context_tokens: int
    evidence_tokens: int
    answer_tokens: int
    why: str


def profile_of(llm: LLM, *, evidence_tokens: int | None = None) -> ModelProfile:
    """The profile of any llama-index model. ``evidence_tokens`` is what the user asks for, or None
    for what suits the model; the context window bounds both."""
    name = _name(llm)
    facts = facts_of(llm)
    parameters = facts.parameters or parameters_in_name(name)
    small = parameters is not None and parameters <= MAX_SMALL_PARAMETERS
    context = facts.context_tokens or _declared_context(llm)
    answer = SMALL_ANSWER_TOKENS if small else ANSWER_TOKENS
    room = max(MIN_EVIDENCE_TOKENS, context - answer - INSTRUCTION_TOKENS)
    wanted = evidence_tokens or (SMALL_EVIDENCE_TOKENS if small else MAX_EVIDENCE_TOKENS)
    budget = min(wanted, room)
    if budget < wanted:
        why = f"a context of {context:,} tokens leaves room for {budget:,} tokens of evidence"
    elif evidence_tokens:
        why = f"CITEWIRE_EVIDENCE_TOKENS asks for {budget:,} tokens of evidence"
    elif small:
        why = (
            f"a model of {_billions(parameters or 0)} billion parameters is small: it reads "
            f"{budget:,} tokens of evidence, which a CPU does in seconds"
        )
    else:
        why = (
            f"a model that is not known to be small, with a context of {context:,} tokens, "
            f"reads {budget:,} tokens of evidence"
        )
    return ModelProfile(name, small, context, budget, answer, f"{short_name(name)}: {why}.")


def short_name(name: str) -> str:
    """A model's name for people, without the folder or the maker in front of it."""
    return name.replace("\\", "/").rpartition("/")[2]


def parameters_in_name(name: str) -> int | None:
    """The number of parameters that a model's name tells, the largest if it tells several."""
    sizes = [float(n) * _SCALE[unit] for n, unit in _SIZE.findall(name.lower())]
    return int(max(sizes)) if sizes else None


def _billions(parameters: int) -> str:
    return f"{parameters / 1e9:.2g}"


def _name(llm: LLM) -> str:
    """The name under which a model was asked for; its class where it tells none."""
    try:
        told = llm.metadata.model_name
    except ValueError:  # llama-index's OpenAI, of a model newer than its list
        told = ""
    if told and told != "unknown":
        return str(told)
    return str(getattr(llm, "model", "") or type(llm).__name__)


def _declared_context(llm: LLM) -> int:
    """The context window that a llama-index model declares; an assumption where it declares
    none."""
    try:
        return int(llm.metadata.context_window) or ASSUMED_CONTEXT_TOKENS
    except ValueError:  # llama-index's OpenAI, of a model newer than its list
        return ASSUMED_CONTEXT_TOKENS
