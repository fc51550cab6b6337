"""The model client against a scripted server over real HTTP: what servers and models reject, send
and leave out, and what Citewire makes of it. docs/models.md is the table of these tests."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import LLM

from qa import Settings
from qa.errors import ContextTooLong, ModelError
from qa.writing.entailment_judge import entailment_probability
from qa.writing.model_profile import profile_of
from qa.writing.models import Completion, open_model
from qa.writing.models.model_errors import PAUSE_SECONDS
from qa.writing.models.requests import REASONING_TOKENS
from qa.writing.sentence_stream import whole_sentences
from tests.fakes import FakeOpenAI, delta

SAID = "Eight people died."
STOP = delta({}, finish="stop")
Sent = dict[str, Any]


def opened(fake: FakeOpenAI) -> LLM:
    """The model of the server, without anything learnt of it before."""
    fake.reply = fake.reply or SAID
    llm = open_model(Settings(openai_base_url=fake.url))
    assert llm is not None
    return llm


def completed(llm: LLM, **options: Any) -> str:
    """The text of one completion."""
    return "".join(Completion(llm, "Be brief.", "How many?", **options)).strip()


def error(message: str, **more: Any) -> dict[str, Any]:
    """An error as OpenAI's servers word it."""
    return {"error": {"message": message, "type": "invalid_request_error", **more}}


def has(name: str) -> Callable[[Sent], bool]:
    """Whether a request has a field."""
    return lambda sent: name in sent


def has_system(sent: Sent) -> bool:
    """Whether a request has instructions of their own."""
    return any(message["role"] == "system" for message in sent["messages"])


NO_TEMPERATURE = (
    has("temperature"),
    400,
    error(
        "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default "
        "(1) value is supported.",
        param="temperature",
        code="unsupported_value",
    ),
)
NO_MAX_TOKENS = (
    has("max_tokens"),
    400,
    error(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
        "'max_completion_tokens' instead.",
        param="max_tokens",
        code="unsupported_parameter",
    ),
)
NO_STREAM_OPTIONS = (
    has("stream_options"),
    422,
    {
        "detail": [
            {
                "type": "extra_forbidden",
                "loc": ["body", "stream_options"],
                "msg": "Extra inputs are not permitted",
                "input": {"include_usage": True},
            }
        ]
    },
)
NO_SYSTEM = (has_system, 400, error("System role not supported"))
NO_STREAM = (
    lambda sent: bool(sent.get("stream")),
    400,
    error(
        "Unsupported value: 'stream' does not support true with this model.",
        param="stream",
        code="unsupported_value",
    ),
)


@pytest.mark.parametrize(
    "rejects",
    [
        NO_TEMPERATURE,
        NO_MAX_TOKENS,
        NO_STREAM_OPTIONS,
        NO_SYSTEM,
        NO_STREAM,
        (
            has_system,
            400,
            error("Conversation roles must alternate user/assistant/user/assistant/..."),
        ),
        (
            has_system,
            400,
            error(
                "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
                param="messages[0].role",
            ),
        ),
        (has_system, 500, error("Jinja Exception: System role not supported", code=500)),
        (has_system, 500, "jinja2.exceptions.TemplateError: System role not supported"),
    ],
    ids=[
        "temperature",
        "max_tokens",
        "stream_options",
        "system: vLLM",
        "stream",
        "system: alternating roles",
        "system: OpenAI",
        "system: llama.cpp",
        "system: plain text",
    ],
)
def test_what_is_rejected_is_changed_once_and_remembered(server: FakeOpenAI, rejects: Any) -> None:
    """The same request without the rejected part; the next request is made so at once."""
    server.rejects = [rejects]
    llm = opened(server)
    assert completed(llm) == SAID
    assert completed(llm) == SAID
    assert [rejects[0](sent) for sent in server.requests] == [True, False, False]


def test_several_quirks_of_one_model(server: FakeOpenAI) -> None:
    """Each costs one request, once; a limit and the instructions are never lost."""
    server.rejects = [NO_MAX_TOKENS, NO_TEMPERATURE, NO_SYSTEM, NO_STREAM_OPTIONS]
    llm = opened(server)
    assert completed(llm, max_tokens=300) == SAID
    assert len(server.requests) == 5
    assert completed(llm, max_tokens=70) == SAID
    sent = server.requests[-1]
    assert len(server.requests) == 6
    assert (sent["max_completion_tokens"], "max_tokens" in sent) == (70, False)
    assert [message["role"] for message in sent["messages"]] == ["user"]
    assert sent["messages"][0]["content"] == "Be brief.\n\nHow many?"


def test_a_judgement_adapts_too(server: FakeOpenAI) -> None:
    """The yes or no of a model is asked for in the way its completions taught."""
    server.rejects = [NO_TEMPERATURE, NO_MAX_TOKENS]
    server.first_token = {"yes": 0.9, "no": 0.1}
    llm = opened(server)
    assert entailment_probability(llm, SAID, [SAID]) == pytest.approx(0.9)
    assert entailment_probability(llm, SAID, [SAID]) == pytest.approx(0.9)
    assert len(server.requests) == 4
    assert server.requests[-1]["max_completion_tokens"] == 1
    assert completed(llm) == SAID
    assert len(server.requests) == 5


def test_threads_share_what_was_learnt(server: FakeOpenAI) -> None:
    """Requests that start together each adapt at most once, and later ones not at all."""
    server.rejects = [NO_TEMPERATURE]
    llm = opened(server)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: completed(llm), range(4))) == [SAID] * 4
    assert 5 <= len(server.requests) <= 8
    before = len(server.requests)
    completed(llm)
    assert len(server.requests) == before + 1


def test_a_rejection_that_stays_is_an_error(server: FakeOpenAI) -> None:
    """A server that complains of a part that is no longer there is not asked for ever."""
    server.rejects = [(lambda _: True, 400, NO_TEMPERATURE[2])]
    with pytest.raises(ModelError, match="400"):
        completed(opened(server))
    assert len(server.requests) == 2


def test_words_of_the_prompt_are_no_rejection(server: FakeOpenAI) -> None:
    """A server that repeats the request in its error is read by its reason alone."""
    body = {"detail": [{"msg": "Bad value", "loc": ["body", "top_p"], "input": "temperature"}]}
    server.rejects = [(lambda _: True, 422, body)]
    with pytest.raises(ModelError):
        completed(opened(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "limit"),
    [
        (
            400,
            error(
                "This model's maximum context length is 8192 tokens. However, your messages "
                "resulted in 9000 tokens.",
                code="context_length_exceeded",
            ),
            8192,
        ),
        (
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 2048 tokens. However, you "
                "requested 1000 output tokens and your prompt contains at least 1500 input tokens.",
                "code": 400,
            },
            2048,
        ),
        (
            400,
            error(
                "'max_tokens' or 'max_completion_tokens' is too large: 1000. This model's maximum "
                "context length is 2048 tokens and your request has 1500 input tokens."
            ),
            2048,
        ),
        (
            400,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size. try increasing it",
                    "type": "exceed_context_size_error",
                    "n_prompt_tokens": 1407,
                    "n_ctx": 256,
                }
            },
            256,
        ),
        (500, error("request (900 tokens) exceeds the available context size (512 tokens)"), 512),
        (422, error("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"), 4096),
        (400, error("Trying to keep the first 5000 tokens when context length is too small"), None),
    ],
    ids=["OpenAI", "vLLM", "vLLM limit", "llama.cpp", "llama.cpp 500", "TGI", "no limit told"],
)
def test_a_context_that_is_too_small_has_its_own_error(
    server: FakeOpenAI, status: int, body: Any, limit: int | None
) -> None:
    """The caller may try with less evidence; what the server told of its window is kept."""
    server.rejects = [(lambda _: True, status, body)]
    llm = opened(server)
    with pytest.raises(ContextTooLong) as raised:
        completed(llm)
    assert raised.value.limit == limit
    assert profile_of(llm).context_tokens == (limit or 8192)
    assert len(server.requests) == 1


def thoughts(name: str, text: str = "Let me think. ") -> list[dict[str, Any]]:
    """Chunks of reasoning in a field of their own."""
    return [delta({name: text, "content": None}) for _ in range(4)]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_in_its_own_field_is_not_shown(server: FakeOpenAI, name: str) -> None:
    """It is a sign of life, also where it takes longer than the patience for a first word."""
    server.scripts, server.pace = [[*thoughts(name), delta({"content": SAID}), STOP]], 0.3
    assert completed(opened(server), patience=1.0) == SAID


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<|channel|>analysis<|message|>", "<|end|><|channel|>final<|message|>"),
    ],
)
def test_reasoning_between_marks_is_not_shown(
    server: FakeOpenAI, opening: str, closing: str
) -> None:
    """Whatever pieces the marks come in."""
    text = f"{opening}Nine? No.{closing}{SAID}"
    pieces = [text[i : i + 5] for i in range(0, len(text), 5)]
    server.scripts = [[*(delta({"content": piece}) for piece in pieces), STOP]]
    assert completed(opened(server)) == SAID


def test_reasoning_whose_beginning_is_not_marked(server: FakeOpenAI) -> None:
    """Found out by the first answer; from the second on nothing of it is shown, nor an answer
    without any reasoning lost."""
    server.reply = f"Nine? No.</think> {SAID}"
    llm = opened(server)
    assert "think" not in completed(llm)
    assert completed(llm) == SAID
    server.reply = SAID
    assert completed(llm) == SAID


def used_up(tokens: int) -> list[dict[str, Any]]:
    """A stream that ends before the answer begins."""
    usage = {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens}
    return [*thoughts("reasoning_content"), delta({}, finish="length"), delta(None, usage=usage)]


def test_reasoning_that_uses_up_the_limit_gets_more_room(server: FakeOpenAI) -> None:
    """Once, and for every request from then on."""
    server.scripts = [used_up(220)]
    llm = opened(server)
    completion = Completion(llm, "s", "u")
    assert "".join(completion).strip() == SAID
    assert completion.usage == {"prompt_tokens": 21, "completion_tokens": 227}
    assert completed(llm, max_tokens=100) == SAID
    limits = [sent["max_tokens"] for sent in server.requests]
    assert limits == [220, 220 + REASONING_TOKENS, 100 + REASONING_TOKENS]


def test_reasoning_that_uses_up_that_too_is_an_error(server: FakeOpenAI) -> None:
    """Nothing was shown, and the reason says what happened."""
    server.scripts = [used_up(220), used_up(4220)]
    with pytest.raises(ModelError, match="all its 4,220 tokens on reasoning"):
        completed(opened(server))


def test_no_room_for_reasoning_is_a_context_too_small(server: FakeOpenAI) -> None:
    """With less evidence there would be room, so the caller is told."""
    server.listing, server.scripts = {"max_model_len": 230}, [used_up(220)]
    with pytest.raises(ContextTooLong) as raised:
        completed(opened(server))
    assert raised.value.limit == 230


def test_reasoning_alone_is_no_answer(server: FakeOpenAI) -> None:
    """A model that stops after its reasoning."""
    server.scripts = [[*thoughts("reasoning_content"), STOP]]
    with pytest.raises(ModelError, match="only reasoned"):
        completed(opened(server))


@pytest.mark.parametrize(
    "chunks",
    [
        [delta({"refusal": "I can't "}), delta({"refusal": "help with that."}), STOP],
        [delta({"content": ""}), delta({}, finish="content_filter")],
    ],
    ids=["refusal", "content_filter"],
)
def test_a_refusal_is_an_error(server: FakeOpenAI, chunks: list[dict[str, Any]]) -> None:
    """Said in its own field or by the reason for its end; it is not retried."""
    server.scripts = [chunks]
    with pytest.raises(ModelError, match="it refused to answer"):
        completed(opened(server))
    assert len(server.requests) == 1


def test_a_filtered_request_is_a_refusal(server: FakeOpenAI) -> None:
    """A server that filters prompts rejects them with 400."""
    body = error("The response was filtered", code="content_filter")
    server.rejects = [(lambda _: True, 400, body)]
    with pytest.raises(ModelError, match="it refused to answer"):
        completed(opened(server))


CALL = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_a_call_of_a_tool_is_no_answer(server: FakeOpenAI) -> None:
    """No tools are offered, yet some models call one."""
    server.scripts = [[delta({"tool_calls": [CALL]}), delta({}, finish="tool_calls")]]
    with pytest.raises(ModelError, match="called a tool"):
        completed(opened(server))


@pytest.mark.parametrize(
    "text",
    [
        f'<tool_call>\n{{"name": "search", "arguments": {{}}}}\n</tool_call>\n{SAID}',
        f"```\n{SAID}\n```",
        f"```markdown\n{SAID}\n```\n",
    ],
    ids=["tool call", "fences", "fences with a language"],
)
def test_noise_around_the_answer_is_left_out(server: FakeOpenAI, text: str) -> None:
    """Whatever pieces it comes in; what is between is kept."""
    for size in (1, 3, 7, 500):
        pieces = [text[i : i + size] for i in range(0, len(text), size)]
        server.scripts.append([*(delta({"content": piece}) for piece in pieces), STOP])
    llm = opened(server)
    assert [completed(llm) for _ in range(4)] == [SAID] * 4


def test_a_cut_by_the_limit_is_told(server: FakeOpenAI) -> None:
    """The text is given, and ``cut_off`` says that it may end inside a sentence."""
    server.scripts = [[delta({"content": "Eight people"}), delta({}, finish="length")]]
    completion = Completion(opened(server), "s", "u")
    assert "".join(completion) == "Eight people"
    assert completion.cut_off


def test_a_server_that_does_not_stream(server: FakeOpenAI) -> None:
    """One JSON body instead of a stream: it is asked again for a whole answer, and remembered."""
    server.mode = "whole"
    llm = opened(server)
    assert completed(llm) == SAID
    assert completed(llm) == SAID
    assert [bool(sent.get("stream")) for sent in server.requests] == [True, False, False]


def test_a_stream_that_cannot_be_read_is_asked_for_whole(server: FakeOpenAI) -> None:
    """Chunks without a list of choices; nothing was shown yet."""
    server.scripts = [[{**STOP, "choices": None}]]
    assert completed(opened(server)) == SAID


def test_an_answer_in_no_known_form_is_an_error(server: FakeOpenAI) -> None:
    """Two requests at most, and streaming is not given up for it."""
    server.mode = "garbage"
    llm = opened(server)
    with pytest.raises(ModelError, match="form"):
        completed(llm)
    server.mode = "ok"
    assert completed(llm) == SAID
    assert [bool(sent.get("stream")) for sent in server.requests] == [True, False, True]


def test_empty_chunks_and_missing_usage(server: FakeOpenAI) -> None:
    """Chunks without choices, without text and without a delta are passed over."""
    server.scripts = [
        [
            delta(None),
            delta({"role": "assistant", "content": ""}),
            delta({"content": SAID}),
            delta({"content": None}),
            STOP,
        ]
    ]
    completion = Completion(opened(server), "s", "u")
    assert "".join(completion) == SAID
    assert completion.usage == {}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_once_more(server: FakeOpenAI, status: int) -> None:
    """After a short pause, and only as long as nothing was shown."""
    server.modes = [status]
    llm = opened(server)
    assert completed(llm) == SAID
    assert server.arrived[1] - server.arrived[0] >= PAUSE_SECONDS
    server.mode = status
    with pytest.raises(ModelError):
        completed(llm)
    assert len(server.requests) == 4


def test_a_server_says_how_long_to_wait(server: FakeOpenAI) -> None:
    """A second is waited for; a minute is not, nor a quota that is used up."""
    server.mode, server.headers = 429, {"retry-after": "60"}
    llm = opened(server)
    with pytest.raises(ModelError, match="429"):
        completed(llm)
    server.headers = {}
    server.rejects = [(lambda _: True, 429, error("No quota", code="insufficient_quota"))]
    with pytest.raises(ModelError, match="429"):
        completed(llm)
    assert len(server.requests) == 2


def test_a_deadline_covers_every_attempt(server: FakeOpenAI) -> None:
    """No pause is made that the reader would wait for in vain."""
    server.mode = 503
    started = time.monotonic()
    with pytest.raises(ModelError):
        completed(opened(server), deadline=0.3)
    assert time.monotonic() - started < PAUSE_SECONDS
    assert len(server.requests) == 1


def test_a_break_after_the_first_words_is_not_retried(server: FakeOpenAI) -> None:
    """What was shown is never taken back nor said twice."""
    server.mode, server.reply = "broken", "One two three four five six."
    shown = []
    with pytest.raises(ModelError):
        shown.extend(Completion(opened(server), "s", "u"))
    assert shown
    assert len(server.requests) == 1


def test_an_error_inside_a_stream(server: FakeOpenAI) -> None:
    """Before the first word it is read like any rejection."""
    server.scripts = [[NO_TEMPERATURE[2]]]
    assert completed(opened(server)) == SAID
    assert "temperature" not in server.requests[-1]


@pytest.mark.parametrize("fence", ["", "```json\n"])
def test_an_answer_as_data_is_read_for_its_sentences(fence: str) -> None:
    """Of a JSON object the texts are read; what is no object is left as it is."""
    data = fence + '{"answer": "Eight people died. Two live.", "sources": [1], "tone": "calm"}'
    pieces = [data[i : i + 4] for i in range(0, len(data), 4)]
    assert list(whole_sentences(pieces)) == [SAID, "Two live."]
    assert list(whole_sentences(["{Eight} people died."])) == ["{Eight} people died."]


def test_the_table_of_what_was_tried_is_this_file() -> None:
    """docs/models.md names every test of this file, and none that does not exist."""
    table = (Path(__file__).parent.parent / "docs" / "models.md").read_text(encoding="utf-8")
    tests = {name for name in globals() if name.startswith("test_")}
    tests.remove("test_the_table_of_what_was_tried_is_this_file")
    assert set(re.findall(r"`(test_\w+)`", table)) == tests
