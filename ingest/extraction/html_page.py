"""An article's page -> its body in paragraphs, and its facts.

    prepare    drop what is not the writer's: hidden and floating parts, pictures' captions,
               lists of links to other articles; join what markup tore apart
    extract    trafilatura, tuned for precision, with tables
    tidy       drop what is left of invitations ("Follow us on ..."), the headline, the date line

Pages that are no article (errors, robots' checks, paywall stubs) are refused with the reason.
Knows nothing about files or stores; dates are ``ingest.dates.parsing``'s.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.addresses import is_outlet_name, trusted_canonical_url
from ingest.dates.parsing import is_only_a_date
from ingest.errors import BadInput
from ingest.extraction.html_metadata import PageMetadata, split_names
from ingest.extraction.paragraphs import is_caption, split_byline
from ingest.extraction.publication_date import dates_in_page
from ingest.records import Article
from ingest.sources.limits import PARSE_SECONDS, TookTooLong, run_within


def read_page(html: str, source: str, url: str | None = None) -> Article:
    """The article on a page. Raises BadInput when there is none, or it takes too long to find."""
    try:
        return run_within(PARSE_SECONDS, lambda: _read(html, source, url))
    except BadInput:
        raise
    except TookTooLong as error:
        raise BadInput(source, f"reading it {error}") from error
    except Exception as error:  # trafilatura's parsers raise many kinds on broken pages
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise BadInput(source, f"the page cannot be read ({said})") from error


def body_text(html: str, url: str | None = None) -> str:
    """The text that ``read_page`` finds, before anything is refused."""
    found = _extracted(html, url)
    return split_byline(
        remove_boilerplate_lines(str(found.get("text") or ""), _line(found.get("title")))
    )[1]


def _read(html: str, source: str, url: str | None) -> Article:
    found = _extracted(html, url)
    markup = PageMetadata.of(html)
    title = _line(found.get("title"))
    byline, text = split_byline(remove_boilerplate_lines(str(found.get("text") or ""), title))
    refuse_non_article(source, title, text, markup)
    published, provenance, updated = dates_in_page(html, markup)
    stated = _line(found.get("url")) or None
    return Article(
        text=text,
        title=title,
        url=url or stated,
        canonical_url=trusted_canonical_url(stated, url),
        publisher=_publisher(markup, found),
        authors=tuple(markup.authors() or split_names(_line(found.get("author")) or byline)),
        section=markup.section(),
        language=markup.language() or _line(found.get("language")) or None,
        published_at=published,
        published_from=provenance,
        updated_at=updated,
    )


def _publisher(markup: PageMetadata, found: dict[str, Any]) -> str | None:
    said = [*markup.publishers(), _line(found.get("sitename"))]
    return next((name for name in said if is_outlet_name(name)), None)


def _line(value: object) -> str:
    return " ".join(str(value or "").split())


# -- the body -----------------------------------------------------------------------------


def _extracted(html: str, url: str | None) -> dict[str, Any]:
    import trafilatura

    tree = trafilatura.load_html(html)
    if tree is None:
        return {}
    remove_page_furniture(tree)
    found = trafilatura.bare_extraction(
        tree, url=url, with_metadata=True, include_comments=False, include_tables=True,
        favor_precision=True,
    )  # fmt: skip
    if found is None:
        return {}
    return found if isinstance(found, dict) else found.as_dict()


_HIDDEN = (
    "//*[@hidden or contains(translate(@style, ' ', ''), 'display:none')]"
    "[not(self::body or self::article or self::main) and string-length(normalize-space()) < 2000]"
)
_UNSEEN = re.compile(
    r"(?:^|[\s_-])(?:visually-?hidden|sr-only|screen-reader(?:-text)?|tooltip|popover)(?:$|[\s_-])"
)
_CAPTIONS = "//figcaption|//*[contains(@class, 'wp-caption-text') or @itemprop='caption']"
_INLINE = ("span", "font", "u", "mark", "ins", "small")


def remove_page_furniture(tree: Any) -> None:
    """Change a page's tree so that only what its writer wrote is left in the paragraphs."""
    for node in [*tree.xpath(_HIDDEN), *tree.xpath(_CAPTIONS)]:
        _drop(node)
    for node in tree.xpath("//p//*[@class] | //li//*[@class]"):
        if _UNSEEN.search(str(node.get("class")).lower()):
            _drop(node)
    for node in tree.xpath("//p//span[img][a]"):  # a card that opens over a name
        _drop(node)
    for node in tree.xpath("//p | //ul | //ol"):
        if _leads_elsewhere(node):
            _drop(node)
    for tag in _INLINE:  # trafilatura takes a <span class="link"> for a list of links
        for node in tree.xpath(f"//p//{tag}"):
            node.drop_tag()


def _drop(node: Any) -> None:
    """Remove an element, and keep the text behind it."""
    if node.getparent() is not None:
        node.drop_tree()


_LABEL = re.compile(
    r"^\W*(?:related|read (?:more|also|next|the full)|see (?:also|more)|also read|recommended"
    r"|more(?: on| from)?|watch|listen|don['’]t miss|you (?:may|might) (?:also )?like"
    r"|most (?:read|popular)|what (?:to|you need to) know|in pictures|explained?|opinion"
    r"|live updates)\b[^.!?]{0,30}?(?::|$)",
    re.IGNORECASE,
)
_LINKED = 0.85
"""Share of letters inside links from which a list or paragraph is a list of other articles."""

_HEADLINE = 20
"""Letters of the shortest headline."""


def _leads_elsewhere(node: Any) -> bool:
    """Whether a paragraph or list only points at other articles."""
    links = node.xpath(".//a[@href]")
    if not links:
        return False
    whole = _letters(node)
    linked = sum(_letters(link) for link in links)
    if node.tag == "p":
        text = " ".join(node.text_content().split())
        labelled = bool(_LABEL.match(text)) and linked >= 0.5 * whole and len(text) < 300
        headlines = len(links) > 1 and all(_letters(link) >= _HEADLINE for link in links)
        return labelled or (headlines and linked >= _LINKED * whole)
    items = node.xpath("./li")
    headlines = all(_letters(item) >= _HEADLINE for item in items)
    return len(items) > 1 and headlines and linked >= _LINKED * whole


def _letters(node: Any) -> int:
    return sum(map(str.isalnum, node.text_content()))


# -- after the extraction -----------------------------------------------------------------

_PLACES = (
    r"(?:twitter|facebook|instagram|linkedin|youtube|telegram|whatsapp|tiktok|threads|bluesky)"
)
_INVITES = re.compile(
    r"^\W*(?:"
    rf"follow\b[^.!?]{{1,80}}?(?:\bon {_PLACES}|@\w)"
    rf"|(?:find|join|like|tweet|connect with) (?:us|me|him|them|@)\b[^.!?]{{0,80}}\b{_PLACES}"
    r"|(?:contact|e-?mail|write to|reach)\b.{1,80}\S@\S"
    r"|(?:subscribe|sign up|register)\b[^.!?]{0,120}\b(?:newsletters?|inbox|alerts?|updates"
    r"|e-?mails?|subscription|podcasts?|channel|our)\b"
    r"|get (?:the|our) (?:latest|day['’]s|best|top)\b[^.!?]{0,120}\b(?:inbox|newsletter|app|e-?mail"
    r"|updates|stories|news)\b"
    r"|get access to\b|click here|tap here|download (?:the|our)\b[^.!?]{0,40}\bapp\b"
    r"|send us\b|tell us what you|(?:have|got|do you have) a (?:tip|story)\b"
    r"|support (?:our|independent) journalism|listen to .{1,40} live\b"
    r"|(?:related|read more|read also|see also|see more|don['’]t miss|watch|also read|more"
    r"|sources?|tags|topics|filed under)\s*:.{0,160}$"
    r"|(?:don['’]t miss|more|advertisement|related (?:news|stories|articles))$"
    r"|[\w ]{0,20}newsletter$"
    r"|you may also like|most (?:read|popular|viewed) in\b|share (?:this|on)\b.{0,60}$"
    r"|copyright\s*(?:©|\(c\)|\d{4})|©|story continues below"
    r"|this (?:article|story) (?:was|has been) (?:originally )?published (?:on|in|by)\b.{0,80}$"
    r")",
    re.IGNORECASE,
)
_INVITATION = 320
"""Longest invitation, in characters; a longer paragraph says something."""

_STAMP = re.compile(
    r"^(?:(?:first )?(?:published|posted|updated|last (?:updated|modified))\b.{0,60}\d.{0,40}"
    r"|(?:\d{1,2}:\d{2}\s*(?:[ap]\.?m\.?)?\s*[A-Z]{0,4}\s*)?\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b.{0,40})$",
    re.IGNORECASE,
)


def remove_boilerplate_lines(text: str, title: str = "") -> str:
    """Lines of the body without the headline, dates of the page, and invitations to leave it."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if lines and title and _same(lines[0].lstrip("# "), title):
        lines = lines[1:]
    return "\n".join(line for line in lines if not _is_furniture(line))


def _is_furniture(line: str) -> bool:
    bare = line.strip("-|* ")
    return len(bare) <= _INVITATION and bool(
        not bare
        or _INVITES.match(bare)
        or _STAMP.match(bare)
        or is_caption(bare)
        or is_only_a_date(bare)
    )


def _same(one: str, two: str) -> bool:
    squeeze = re.compile(r"\W+")
    return squeeze.sub("", one.lower()) == squeeze.sub("", two.lower())


# -- what is no article -------------------------------------------------------------------

_ERROR_TITLE = re.compile(
    r"^\W*(?:error\W+)?(?:404|403|410|50[0234])\W*(?:$|\b.{0,20}\b(?:error|not found|forbidden|gone"
    r"|unavailable))"
    r"|\b(?:page|article|story|content) (?:not found|unavailable|no longer (?:available|exists))"
    r"|\baccess (?:denied|to this page has been denied)|\bjust a moment\b|\battention required\b"
    r"|\bare you (?:a robot|human)|\brobot check\b|\bsecurity check\b|\bcaptcha\b"
    r"|^(?:error|not found|forbidden|service unavailable|bad gateway|site maintenance)$"
    r"|\b(?:verify|verifying) (?:that )?you are (?:a )?human",
    re.IGNORECASE,
)
_ERROR_TEXT = re.compile(
    r"\b(?:page (?:you (?:are|were) looking for|you requested)|enable javascript"
    r"|unusual (?:activity|traffic) from|verify (?:that )?you are (?:a )?human"
    r"|checking your browser|please (?:enable|turn on) cookies|your request has been blocked"
    r"|not available in your (?:region|country))\b",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"\b(?:subscribe(?: now)? to (?:continue|keep|read|unlock)|to (?:continue|keep) reading"
    r"|(?:sign|log) in to (?:continue|read)|already (?:a|an) (?:subscriber|member)"
    r"|(?:article|story|content) is (?:for|available to|reserved for|exclusive to) (?:paying )?"
    r"(?:subscribers|members)|for subscribers only|become a (?:subscriber|member) to"
    r"|continue reading (?:with|by)|you(?:['’]ve| have) (?:reached|used) (?:your|all)[^.]{0,40}free"
    r"|start your (?:free )?trial|unlock this (?:article|story))",
    re.IGNORECASE,
)
_STUB = 1_500
"""Characters of text below which a page that asks for money shows no more than a beginning."""

_SHORT = 900
_CUT = re.compile(r"(?:\.\.\.|…)\W*$")


def refuse_non_article(source: str, title: str, text: str, markup: PageMetadata) -> None:
    """Raise BadInput for error pages, robots' checks and the beginnings that paywalls show."""
    if not text.strip():
        raise BadInput(source, "no article found in the page")
    if len(text) < _SHORT and (_ERROR_TITLE.search(title) or _ERROR_TEXT.search(text)):
        raise BadInput(source, f"an error page, not an article ({(title or text)[:80]})")
    if len(text) >= _STUB:
        return
    last = text.strip().rsplit("\n", 1)[-1]
    if _WALL.search(text) or (not markup.is_free() and _CUT.search(last)):
        raise BadInput(source, "only the beginning of the article: the rest is behind a paywall")
