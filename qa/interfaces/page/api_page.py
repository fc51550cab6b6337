"""The page that describes the API for people, from its OpenAPI description.

Knows nothing about the routes themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from qa.interfaces.frame.page_frame import render_page


def render_api_page(description: Mapping[str, Any]) -> str:
    """The routes with their fields, replies and an example, and the schemas they name."""
    info = description["info"]
    routes = "".join(
        _route(method.upper(), path, operation, description)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    )
    schemas = "".join(
        _schema(name, schema) for name, schema in description["components"]["schemas"].items()
    )
    return render_page(
        "API",
        f"<h1>The API</h1><p>{escape(info['description'])} The same as data: "
        '<a href="api/openapi.json">openapi.json</a>. Clients of OpenAI find theirs at '
        f"<code>/v1</code>, agents theirs at <code>/mcp</code>.</p>"
        f"{routes}<h2>What is sent</h2>{schemas}",
        "plain.css",
        here="api",
    )


def _route(method: str, path: str, operation: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = ""
    if sent:
        name = sent["schema"]["$ref"].rpartition("/")[2]
        example = json.dumps(sent["example"], indent=2)
        call = (
            f"curl http://127.0.0.1:7860{path} -H 'Content-Type: application/json' -d '{example}'"
        )
        fields = _fields(whole["components"]["schemas"][name])
        body = f"{fields}<pre tabindex='0'><code>{escape(call)}</code></pre>"
    replies = "".join(
        f"<tr><th scope='row'>{escape(status)}</th><td>{_prose(reply['description'])}</td></tr>"
        for status, reply in operation["responses"].items()
    )
    about = f"<p>{_prose(operation['description'])}</p>" if "description" in operation else ""
    return (
        f"<section><h2><code>{method} {escape(path)}</code></h2>"
        f"<p><strong>{_prose(operation['summary'])}.</strong></p>{about}{body}"
        f"<table><tbody>{replies}</tbody></table></section>"
    )


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    about = _prose(str(schema.get("description", "")).partition("\n\n")[0])
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code> {about}</summary>'
        f"{_fields(schema)}</details>"
    )


def _fields(schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = "".join(
        f"<tr><th scope='row'><code>{escape(name)}</code></th><td>{_kind(field)}"
        f"{'' if name in required else ', optional'}</td></tr>"
        for name, field in schema.get("properties", {}).items()
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _kind(field: Mapping[str, Any]) -> str:
    """The type of a field in words, with links to the schemas that it names."""
    if reference := field.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if options := field.get("anyOf"):
        return " or ".join(dict.fromkeys(map(_kind, options)))
    if "enum" in field:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in field["enum"])
    if field.get("type") == "array" and "items" in field:
        return f"list of {_kind(field['items'])}"
    return escape(str(field.get("format") or field.get("type", "any")))


def _prose(text: str) -> str:
    """Text with what stands in backquotes as code."""
    pieces = escape(text).replace("``", "`").split("`")
    return "".join(f"<code>{p}</code>" if place % 2 else p for place, p in enumerate(pieces))
