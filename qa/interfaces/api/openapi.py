"""Describes the API in the OpenAPI format: routes, bodies, replies, with examples.

The schemas are those of the dataclasses that are read and sent. Knows nothing about the web
framework.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import Any

from pydantic import TypeAdapter

from qa.fact_check import MAX_DRAFT_SENTENCES, DraftCheck
from qa.interfaces.api.ask_request import ASK, CHECK
from qa.questions.interpretation import MAX_QUESTION_CHARACTERS
from qa.records import Answer, StatusEvent, TextEvent

QUESTION = {"question": "Which ferry sank in the storm?", "asked_at": "2026-11-01"}
DRAFT = {"text": "Nine people died when the Corran Star sank."}

_REFERENCE = "#/components/schemas/{model}"
_ERRORS = {
    "400": "The body cannot be read, or there is nothing to answer; `param` names the field.",
    "413": "The body is larger than 1,000,000 bytes.",
    "415": "Another `Content-Type` than `application/json`.",
    "429": "Too many questions are waiting.",
    "503": "The library is empty or cannot be searched.",
}


@cache
def description() -> dict[str, Any]:
    """The document at ``/api/openapi.json``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Citewire",
            "version": metadata.version("citewire"),
            "description": "Answers from news articles, with the exact words behind every "
            "sentence, and checks drafts against them.",
        },
        "paths": {
            "/api/ask": {"post": _ask()},
            "/api/check": {"post": _check()},
            "/healthz": {"get": _probe("Whether the process is up")},
            "/readyz": {"get": _probe("Whether questions can be answered, else 503 and why not")},
        },
        "components": {"schemas": _schemas()},
    }


def _ask() -> dict[str, Any]:
    return {
        "summary": "Answer a question",
        "description": "Server-sent events: `status` (what is being done), `sentence` (one proven "
        "sentence with its citations), and at last `answer` (the whole). What breaks after the "
        "first event is an event `error`. With the header `Accept: application/json`, only the "
        f"answer, as JSON. A question has up to {MAX_QUESTION_CHARACTERS:,} characters. One that "
        "the articles do not answer is no error: its `status` is `not_found`.",
        "requestBody": _body("AskBody", QUESTION),
        "responses": {
            "200": {
                "description": "The events, or the answer.",
                "content": {
                    "text/event-stream": {"schema": {"type": "string"}},
                    "application/json": {"schema": _reference("Answer")},
                },
            },
            **_errors(),
        },
    }


def _check() -> dict[str, Any]:
    return {
        "summary": "Check a draft",
        "description": "Every sentence of a text against the articles: `supported`, "
        "`contradicted` (with `differences`), `not_found` (with the nearest quote, if any is near) "
        f"or `not_checkable` (a question, an exclamation). Up to {MAX_DRAFT_SENTENCES} sentences.",
        "requestBody": _body("CheckBody", DRAFT),
        "responses": {
            "200": {
                "description": "The check.",
                "content": {"application/json": {"schema": _reference("DraftCheck")}},
            },
            **_errors(),
        },
    }


def _probe(summary: str) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": {"description": "It is so."}}}


def _body(name: str, example: dict[str, Any]) -> dict[str, Any]:
    content = {"schema": _reference(name), "example": example}
    return {"required": True, "content": {"application/json": content}}


def _errors() -> dict[str, Any]:
    content = {"application/json": {"schema": _reference("Error")}}
    return {status: {"description": text, "content": content} for status, text in _ERRORS.items()}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}


def _schemas() -> dict[str, Any]:
    """The schema of each body and reply, by its name."""
    found: dict[str, Any] = {}
    for adapter in (ASK, CHECK):
        found |= _named(adapter, "validation")
    for kind in (Answer, StatusEvent, TextEvent, DraftCheck):
        found |= _named(TypeAdapter(kind), "serialization")
    text = {"type": "string"}
    error = {
        "type": "object",
        "properties": {"message": text, "type": text, "param": text, "code": text},
    }
    found["Answer"]["properties"] |= {"text": text, "short_answer": text, "short_days": text}
    count = {"type": "object", "additionalProperties": {"type": "integer"}}
    found["DraftCheck"]["properties"]["counts"] = count
    return found | {"Error": {"type": "object", "properties": {"error": error}}}


def _named(adapter: TypeAdapter[Any], mode: Any) -> dict[str, Any]:
    """The schemas of a type and of those inside it."""
    schema = adapter.json_schema(ref_template=_REFERENCE, mode=mode)
    inside: dict[str, Any] = schema.pop("$defs", {})
    return {**inside, str(schema["title"]): schema} if "title" in schema else inside
