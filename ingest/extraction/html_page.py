"""Extracts an article's body and facts from its HTML page, around trafilatura.

    remove_page_furniture      hidden and floating parts, captions, lists of links to other
                               articles; inline tags that split sentences
    trafilatura                the main text, tuned for precision, with tables
    remove_boilerplate_lines   promotions ("Follow us on ..."), the repeated headline, date lines

Pages that are no article (errors, robot checks, paywall stubs) are refused with the reason. Knows
nothing about files or stores; dates are read by ``ingest.extraction.publication_date``.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.addresses import is_outlet_name, trusted_canonical_url
from ingest.dates.parsing import is_only_a_date
from ingest.errors import BadInput
from ingest.extraction.html_metadata import PageMetadata, split_names
from ingest.extraction.paragraphs import is_caption, single_line, split_byline
from ingest.extraction.publication_date import dates_in_page
from ingest.records import Article
from ingest.sources.limits import parse_within_limit


def read_page(html: str, source: str, url: str | None = None) -> Article:
    """The article on a page. Raises BadInput when there is none, or it takes too long to find."""
    return parse_within_limit(source, "the page cannot be read", lambda: _read(html, source, url))


def body_text(html: str, url: str | None = None) -> str:
    """The body that ``read_page`` finds, of any page: nothing is refused."""
    found = _run_trafilatura(parse_tree(html), url)
    return split_byline(
        remove_boilerplate_lines(str(found.get("text") or ""), single_line(found.get("title")))
    )[1]


def _read(html: str, source: str, url: str | None) -> Article:
    tree = parse_tree(html)
    metadata = PageMetadata.parse(tree)
    found = _run_trafilatura(tree, url)
    title = single_line(found.get("title"))
    byline, text = split_byline(remove_boilerplate_lines(str(found.get("text") or ""), title))
    refuse_non_article(source, title, text, metadata)
    published, provenance, updated = dates_in_page(html, metadata)
    stated = single_line(found.get("url")) or None
    return Article(
        text=text,
        title=title,
        url=url or stated,
        canonical_url=trusted_canonical_url(stated, url),
        publisher=_publisher(metadata, found),
        authors=tuple(
            metadata.authors() or split_names(single_line(found.get("author")) or byline)
        ),
        section=metadata.section(),
        language=metadata.language() or single_line(found.get("language")) or None,
        published_at=published,
        published_from=provenance,
        updated_at=updated,
    )


def _publisher(metadata: PageMetadata, found: dict[str, Any]) -> str | None:
    names = [*metadata.publishers(), single_line(found.get("sitename"))]
    return next((name for name in names if is_outlet_name(name)), None)


# -- the body -----------------------------------------------------------------------------


def parse_tree(html: str) -> Any:
    """The lxml tree of a page, or None when there is no markup in it."""
    import trafilatura

    return trafilatura.load_html(html)


def _run_trafilatura(tree: Any, url: str | None) -> dict[str, Any]:
    """What trafilatura finds in the tree, which it changes on the way."""
    import trafilatura

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


_HIDDEN_NODES = (
    "//*[@hidden or contains(translate(@style, ' ', ''), 'display:none')]"
    "[not(self::body or self::article or self::main) and string-length(normalize-space()) < 2000]"
)
_HIDDEN_CLASS = re.compile(
    r"(?:^|[\s_-])(?:visually-?hidden|sr-only|screen-reader(?:-text)?|tooltip|popover)(?:$|[\s_-])"
)
_CAPTIONS = "//figcaption|//*[contains(@class, 'wp-caption-text') or @itemprop='caption']"
_INLINE_TAGS = ("span", "font", "u", "mark", "ins", "small")


def remove_page_furniture(tree: Any) -> None:
    """Change a page's lxml tree so that its paragraphs hold only the article's own words."""
    for node in [*tree.xpath(_HIDDEN_NODES), *tree.xpath(_CAPTIONS)]:
        _drop(node)
    for node in tree.xpath("//p//*[@class] | //li//*[@class]"):
        if _HIDDEN_CLASS.search(str(node.get("class")).lower()):
            _drop(node)
    for node in tree.xpath("//p//span[img][a]"):  # a card that opens over a name
        _drop(node)
    for node in tree.xpath("//p | //ul | //ol"):
        if _is_link_list(node):
            _drop(node)
    for tag in _INLINE_TAGS:  # trafilatura takes a <span class="link"> for a list of links
        for node in tree.xpath(f"//p//{tag}"):
            node.drop_tag()


def _drop(node: Any) -> None:
    """Remove an element, and keep the text behind it."""
    if node.getparent() is not None:
        node.drop_tree()


_RELATED_LABEL = re.compile(
    r"^\W*(?:related|read (?:more|also|next|the full)|see (?:also|more)|also read|recommended"
    r"|more(?: on| from)?|watch|listen|don['’]t miss|you (?:may|might) (?:also )?like"
    r"|most (?:read|popular)|what (?:to|you need to) know|in pictures|explained?|opinion"
    r"|live updates)\b[^.!?]{0,30}?(?::|$)",
    re.IGNORECASE,
)
_MIN_LINKED_SHARE = 0.85
"""Share of letters in links from which a list or paragraph is a list of other articles."""

_MIN_HEADLINE_LETTERS = 20
"""Fewer letters than this in a link are no headline."""


def _is_link_list(node: Any) -> bool:
    """Whether a paragraph or list only points at other articles."""
    links = node.xpath(".//a[@href]")
    if not links:
        return False
    whole = _count_letters(node)
    linked = sum(_count_letters(link) for link in links)
    if node.tag == "p":
        text = " ".join(node.text_content().split())
        labelled = bool(_RELATED_LABEL.match(text)) and linked >= 0.5 * whole and len(text) < 300
        headlines = len(links) > 1 and all(
            _count_letters(link) >= _MIN_HEADLINE_LETTERS for link in links
        )
        return labelled or (headlines and linked >= _MIN_LINKED_SHARE * whole)
    items = node.xpath("./li")
    headlines = all(_count_letters(item) >= _MIN_HEADLINE_LETTERS for item in items)
    return len(items) > 1 and headlines and linked >= _MIN_LINKED_SHARE * whole


def _count_letters(node: Any) -> int:
    return sum(map(str.isalnum, node.text_content()))


# -- after the extraction -----------------------------------------------------------------

_NETWORKS = (
    r"(?:twitter|facebook|instagram|linkedin|youtube|telegram|whatsapp|tiktok|threads|bluesky)"
)
_PROMOTION = re.compile(
    r"^\W*(?:"
    rf"follow\b[^.!?]{{1,80}}?(?:\bon {_NETWORKS}|@\w)"
    rf"|(?:find|join|like|tweet|connect with) (?:us|me|him|them|@)\b[^.!?]{{0,80}}\b{_NETWORKS}"
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
_MAX_PROMOTION_CHARS = 320
"""A longer paragraph says something besides."""

_DATE_LINE = re.compile(
    r"^(?:(?:first )?(?:published|posted|updated|last (?:updated|modified))\b.{0,60}\d.{0,40}"
    r"|(?:\d{1,2}:\d{2}\s*(?:[ap]\.?m\.?)?\s*[A-Z]{0,4}\s*)?\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b.{0,40})$",
    re.IGNORECASE,
)


def remove_boilerplate_lines(text: str, title: str = "") -> str:
    """The body's lines without the repeated headline, date lines and promotions."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if lines and title and _same_words(lines[0].lstrip("# "), title):
        lines = lines[1:]
    return "\n".join(line for line in lines if not _is_boilerplate(line))


def _is_boilerplate(line: str) -> bool:
    bare = line.strip("-|* ")
    return len(bare) <= _MAX_PROMOTION_CHARS and bool(
        not bare
        or _PROMOTION.match(bare)
        or _DATE_LINE.match(bare)
        or is_caption(bare)
        or is_only_a_date(bare)
    )


def _same_words(one: str, two: str) -> bool:
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
_PAYWALL = re.compile(
    r"\b(?:subscribe(?: now)? to (?:continue|keep|read|unlock)|to (?:continue|keep) reading"
    r"|(?:sign|log) in to (?:continue|read)|already (?:a|an) (?:subscriber|member)"
    r"|(?:article|story|content) is (?:for|available to|reserved for|exclusive to) (?:paying )?"
    r"(?:subscribers|members)|for subscribers only|become a (?:subscriber|member) to"
    r"|continue reading (?:with|by)|you(?:['’]ve| have) (?:reached|used) (?:your|all)[^.]{0,40}free"
    r"|start your (?:free )?trial|unlock this (?:article|story))",
    re.IGNORECASE,
)
_MAX_STUB_CHARS = 1_500
"""A shorter text on a page that asks for a subscription is only the article's beginning."""

_MAX_ERROR_PAGE_CHARS = 900
"""A longer text is an article, whatever its title."""

_CUT_OFF = re.compile(r"(?:\.\.\.|…)\W*$")


def refuse_non_article(source: str, title: str, text: str, metadata: PageMetadata) -> None:
    """Raise BadInput for error pages, robot checks and the beginnings that paywalls show."""
    if not text.strip():
        raise BadInput(source, "no article found in the page")
    if len(text) < _MAX_ERROR_PAGE_CHARS and (
        _ERROR_TITLE.search(title) or _ERROR_TEXT.search(text)
    ):
        raise BadInput(source, f"an error page, not an article ({(title or text)[:80]})")
    if len(text) >= _MAX_STUB_CHARS:
        return
    last = text.strip().rsplit("\n", 1)[-1]
    if _PAYWALL.search(text) or (not metadata.is_accessible_for_free() and _CUT_OFF.search(last)):
        raise BadInput(source, "only the beginning of the article: the rest is behind a paywall")
