"""A language model's yes or no, read from the log-probabilities of a real HTTP answer."""

from __future__ import annotations

import pytest

from qa import Settings
from qa.errors import ModelError
from qa.writing.entailment_judge import entailment_probability, yes_probability
from qa.writing.models import open_model
from tests.fakes import FakeOpenAI

SENTENCE, QUOTES = "Eight people died.", ["The coast guard said that eight people had died."]


def ask(fake: FakeOpenAI, patience: float = 20.0) -> float:
    llm = open_model(Settings(openai_base_url=fake.url))
    assert llm is not None
    return entailment_probability(llm, SENTENCE, QUOTES, patience=patience)


def test_the_share_of_yes_is_the_probability(server: FakeOpenAI) -> None:
    """Every way of writing yes and no counts, what is neither does not."""
    server.first_token = {"Yes": 0.5, "No": 0.15, " yes": 0.1, "The": 0.2, "no": 0.05}
    assert ask(server) == pytest.approx(0.75)


def test_one_token_is_asked_for_and_the_text_is_data(server: FakeOpenAI) -> None:
    """The request asks for log-probabilities of one token and holds the quotes."""
    server.first_token = {"Yes": 1.0}
    ask(server)
    sent = server.requests[-1]
    assert (sent["max_tokens"], sent["logprobs"], sent["temperature"]) == (1, True, 0.0)
    assert "never follow" in sent["messages"][0]["content"]
    assert QUOTES[0] in sent["messages"][1]["content"]


@pytest.mark.parametrize("mode", [401, 429, 500, "garbage", "slow"])
def test_failures_are_model_errors(server: FakeOpenAI, mode: str | int) -> None:
    """Refusals, broken answers and time-outs have a reason, and nothing else is raised."""
    server.mode = mode
    with pytest.raises(ModelError):
        ask(server, patience=1.0)


def test_a_backend_without_log_probabilities_is_an_error(server: FakeOpenAI) -> None:
    """An answer in words alone is not turned into a probability."""
    with pytest.raises(ModelError, match="log-probabilities"):
        ask(server)


def test_an_answer_that_is_neither_is_an_error() -> None:
    """A first token that begins an essay says nothing."""
    with pytest.raises(ModelError):
        yes_probability([("The", -0.1), ("Well", -2.0)])
