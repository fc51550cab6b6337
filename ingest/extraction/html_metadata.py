"""Reads the metadata that an HTML page states about itself: JSON-LD, meta tags, language.

Gives what is stated, without judging whether it is true. Knows nothing about dates or about the
text of the page.
"""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_OUTLET_TYPE = re.compile(r"NewsMediaOrganization|WebSite")
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report)\b")
_MAX_JSON_LD_ITEMS = 2_000
_MAX_NAME_CHARS = 500
"""Characters of a name or heading; a longer one is something else."""


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """The JSON-LD items of a page, articles first, and its meta tags by lower-case name."""

    items: tuple[Mapping[str, Any], ...] = ()
    metas: Mapping[str, str] = field(default_factory=dict)
    lang: str | None = None

    @classmethod
    def parse(cls, tree: Any) -> PageMetadata:
        """The metadata of a page, given its lxml tree; empty for None (a page without markup)."""
        if tree is None:
            return cls()
        items = tuple(sorted(_json_ld_items(tree), key=_is_not_article))
        return cls(items, _meta_tags(tree), tree.get("lang") or tree.get("xml:lang"))

    @property
    def article(self) -> Mapping[str, Any]:
        """The JSON-LD item of the article itself, or an empty one."""
        first = self.items[0] if self.items else {}
        return first if not _is_not_article(first) else {}

    def meta(self, *names: str) -> str | None:
        """The first of these meta tags that is not empty."""
        return next((text for name in names if (text := _line(self.metas.get(name)))), None)

    def publishers(self) -> list[str]:
        """Names that the page gives its outlet, the likeliest first."""
        names = [_name_of(self._resolved(self.article.get("publisher")))]
        names += [self.meta("og:site_name"), self.meta("application-name")]
        names += [
            _name_of(item) for item in self.items if _OUTLET_TYPE.search(str(item.get("@type")))
        ]
        return [name for name in names if name]

    def authors(self) -> list[str]:
        """Names of the authors, in JSON-LD or else in meta tags."""
        stated = self.article.get("author") or self.article.get("creator")
        listed = stated if isinstance(stated, list) else [stated]
        names = [name for one in listed if (name := _name_of(self._resolved(one)))]
        if not names and (meta := self.meta("author", "article:author", "byl", "dc.creator",
                                            "parsely-author", "sailthru.author")):  # fmt: skip
            names = [meta]
        return [name for written in names for name in split_names(written)]

    def section(self) -> str | None:
        """The section of the outlet in which the article stands."""
        return _name_of(self.article.get("articleSection")) or self.meta(
            "article:section", "og:section", "section", "parsely-section"
        )

    def language(self) -> str | None:
        """The language as a code of two or three letters (ISO 639)."""
        stated = (self.lang, _line(self.article.get("inLanguage")),
                  self.meta("content-language", "dc.language", "og:locale"))  # fmt: skip
        found = (re.match(r"[A-Za-z]{2,3}(?![A-Za-z])", one) for one in stated if one)
        return next((code.group().lower() for code in found if code), None)

    def is_accessible_for_free(self) -> bool:
        """False only when the page states that its article is for subscribers."""
        return str(self.article.get("isAccessibleForFree", True)).lower() != "false"

    def _resolved(self, value: Any) -> Any:
        """The item that a reference ``{"@id": ...}`` points to on the same page."""
        if isinstance(value, list):
            value = next(iter(value), None)
        if isinstance(value, Mapping) and "name" not in value and (key := value.get("@id")):
            return next((i for i in self.items if i.get("@id") == key and "name" in i), value)
        return value


def _is_not_article(item: Mapping[str, Any]) -> bool:
    """False for a schema.org article: a video or a comment on its page has facts of its own."""
    return not _ARTICLE_TYPE.search(str(item.get("@type")))


def _name_of(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("name")
    if isinstance(value, list):
        value = next(iter(value), None)
    return _line(value)


def _line(value: object) -> str | None:
    """Text on one line without character references; None for anything that is no text."""
    if not isinstance(value, str):
        return None
    return " ".join(entities.unescape(value[:_MAX_NAME_CHARS]).split()) or None


_WORD = r"[^\W\d_][\w'’.-]*"
_PERSON = re.compile(rf"{_WORD}(?: {_WORD}){{1,4}}")
_NAME_SEPARATOR = re.compile(r"\s*(?:;|\||,| and | & )\s*")


def split_names(written: str) -> list[str]:
    """The persons of a byline: "By Ann Lee and Bo Hu" are two; "Ann Lee, Jr." is one."""
    line = re.sub(r"^(?:written )?by:?\s+", "", written.strip(), flags=re.IGNORECASE)
    if re.match(r"https?://|@|\S+@", line):
        return []
    parts = [part for part in _NAME_SEPARATOR.split(line) if part]
    if len(parts) > 1 and all(_PERSON.fullmatch(part) for part in parts):
        return parts
    return [part for part in line.split(";") if part.strip()]


def _json_ld_items(tree: Any) -> Iterator[dict[str, Any]]:
    seen = 0
    for script in tree.iter("script"):
        if "application/ld+json" not in script.get("type", "").lower():
            continue
        try:
            waiting = [json.loads(_without_comment_marks(script.text or ""), strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and seen < _MAX_JSON_LD_ITEMS:
            item = waiting.pop(0)
            seen += 1
            if isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, dict):
                yield item
                if isinstance(item.get("@graph"), list):
                    waiting.extend(item["@graph"])
                if isinstance(item.get("mainEntity"), dict):
                    waiting.append(item["mainEntity"])


def _without_comment_marks(block: str) -> str:
    """A script without the comment marks that some publishing systems put around it."""
    text = block.strip().removeprefix("<!--").removeprefix("//<![CDATA[").removeprefix("<![CDATA[")
    return text.strip().removesuffix("-->").removesuffix("//]]>").removesuffix("]]>").strip()


def _meta_tags(tree: Any) -> dict[str, str]:
    contents: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = (
            tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv")
        )
        if name and tag.get("content") is not None:
            contents.setdefault(name.lower(), tag.get("content"))
    return contents
