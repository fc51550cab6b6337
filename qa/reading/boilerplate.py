"""Recognises sentences of an article that report nothing: bylines, credits and page furniture.

    "Jane Doe" above the report            names only, where a byline stands
    "John Smith/Getty Images"              names only, with an agency: a credit
    "Updated July 6", "Contributing: ..."  how and when the article was made
    "Sign up for our newsletter"           an imperative, and what it links to
    "Read more: ...", "Advertisement"      a label of the page, and what it links to

A caption that stands behind its credit tells something and is kept; so are subheadings, entries of
lists, corrections, and editor's notes about anything but the article. Pure functions. Of the
article they use the text, headline, outlet and authors; of the question they know nothing.
"""

from __future__ import annotations

import re

from ingest.records import Article

MAX_CHARS = 320
"""A longer sentence is never called boilerplate.

Of 44,152 sentences (RealTime QA development articles in odd rows, the rules being written on the
even ones, and the BASIL articles) the rules flag 1,110. Of 524 of these that were read .998
(.994-1.000) report nothing themselves, .37 of them being headlines of something else behind a
label. Of 484 short ones that are left .025 (.012-.039) should have been flagged: about nine of ten
are found. 14 microseconds a sentence (tests/benchmarks/boilerplate.py, 2026-11-25)."""

MAX_NAMES_CHARS = 120
"""A longer sentence is no byline, credit or dateline."""

MAX_LEAD_CHARS = 600
"""Characters at the beginning of an article in which a line of names may be its byline."""

MIN_REPORT_WORDS = 10
"""A line of this many words before a line of names: the report has begun, it is no byline."""

# -- names only ---------------------------------------------------------------------------------

_NAME = r"(?:[^\W\d_a-z][\w.’'&-]*|de|della|da|di|van|von|der|bin|al|el|la)"
_NAMES = rf"{_NAME}(?:\s+{_NAME}){{0,3}}"
_NAMES_ONLY = re.compile(
    rf"(?i:(?:special )?(?:by|to|for)\s+(?:the\s+)?)?{_NAMES}"
    rf"(?:(?:\s*[,|/]\s*(?:and\s+)?|\s+(?:and|for|of|in|via)\s+)(?:the\s+)?{_NAMES}){{0,9}}[\s.,:]*"
)
_AGENCY = (
    r"(?:AP(?: Photo)?|AFP|EPA|PA|UPI|Reuters|Associated Press|Agence France-Presse|Bloomberg|"
    r"Shutterstock|Alamy|Anadolu(?: Agency)?|Xinhua|Handout|Pool|Getty|[\w-]+ Images|USA TODAY)"
)
_CREDITED = re.compile(
    rf"^\W*(?:\w+ )?(?:photo|image|picture|video|credit)s?(?:\s*:|\s+(?:by|courtesy of)\b)"
    rf"|/\s*(?:The )?{_AGENCY}\b|\b(?:via|for) (?:The )?{_AGENCY}\b|^{_AGENCY}/|\bGetty Images\W*$",
    re.IGNORECASE,
)
_CREDIT_LABEL = re.compile(
    r"^\W*(?:\w+ )?(?:photo|image|picture|video|credit)s?(?:\s*:|\s+(?:by|courtesy of)\b)\W*",
    re.IGNORECASE,
)
_AGENCY_ALONE = re.compile(rf"\W*(?:(?i:the ))?(?:{_AGENCY}|[A-Z ]{{4,}}PRESS)\W*")
_DATELINE = re.compile(
    r"\([A-Z]{2,5}\)|(?:[^\W\d_a-z][\w.’'-]*,?\s+){1,7}[—–]|"
    r"[A-Z][A-Z .’'-]{2,30}, (?:[A-Z][a-z]{2,4}|[A-Z]\.)+\.?"
)
_SIGNATURE = re.compile(r"(?:--|[—–-])\s*(?:[^\W\d_a-z][\w.’'-]*,?\s*){2,6}")

# -- how and when the article was made ----------------------------------------------------------

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = rf"(?:\d{{1,4}}[-/.]\d\d?[-/.]\d{{1,4}}|{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})"
_DATE_LINE = re.compile(
    rf"\W*(?P<made>(?:last |first |originally )?(?:updated|published|posted)\b)?"
    rf"(?:[\s:,|·(—–-]|\w+day\b|\bon\b|\bat\b|{_DAY}|\b\d{{4}}\b|\b\d{{1,2}}[:.]\d\d\b"
    r"|[ap]\.?m\b\.?|(?-i:\b[A-Z]{2,4}\b)|\b\d+ (?:minutes?|hours?|days?) ago\b)+\W*",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"\W*(?:contribut(?:ing|ed|ors?)(?: \w+){0,3}:|(?:additional )?reporting by\b"
    r"|(?:this|a) (?:\w+ ){0,3}?(?:story|article|post|column|essay|headline|version|file)\b[^.]*"
    r"\b(?:been (?:updated|republished)|(?:first |originally )(?:appeared|ran|published)"
    r"|was (?:updated|produced)|is (?:part of|developing|being updated))\b"
    r"|(?:the )?(?:opinions?|views?)(?: and opinions)? expressed\b|©|copyright \W?\d{4}"
    r"|all rights reserved\b|this material may not be published\b)",
    re.IGNORECASE,
)
_CONTRIBUTED = re.compile(r"\bcontributed (?:to this|reporting)\b")
_EDITORS_NOTE = re.compile(
    r"\W*(?:editor|author|writer)(?:[’']?s?[’']?) note\b(?=\W*$|.*\b(?:story|article|column|essay|"
    r"series|published|version|newsletter|sign up|author|writer|opinions?|views?)\b)",
    re.IGNORECASE | re.DOTALL,
)

# -- links --------------------------------------------------------------------------------------

_LABEL = re.compile(
    r"\W*(?:(?:MUST WATCH|JUST WATCHED|Video Ad Feedback)\b|(?:READ|WATCH|VIDEO|PHOTOS?|GALLERY|"
    r"LISTEN|MORE|More|PODCAST)\s?:|(?i:(?:read|see|watch) (?:more|also|next)|see also|related|"
    r"for (?:more|subscribers)|more on|sign up) ?:|[A-Z ]{0,40}\bNEWSLETTER ?:"
    r"|More [\w ]{1,30}: https?:|(?:.{0,200} )?\d\d:\d\d - Source: )"
)
_LINK_VERB = re.compile(
    r"\W*(?:[^:.]{2,40}:\s*|[^.]{2,99},\s+)?(?:please |you can |also,? )*(?:sign up|subscribe|read|"
    r"follow|click|tap|watch|listen|download|check|learn|see|view|share|get|join|contact|reach|e-?mail"
    r"|connect|support|use|hit|send)\b",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"\bnewsletters?\b|\binbox\b|\bour (?:\w+ ){0,2}(?:app|podcast|channel|coverage|gallery|"
    r"reporting|journalism|live blog|quiz)s?\b|\bon (?:Twitter|Facebook|Instagram|TikTok|YouTube|"
    r"X)\b|(?:^|\W)@\w|\w@\w|https?://|\bthis (?:article|story|post|video)\b"
    r"|\bsubscri(?:ption|bers?)\b"
    r"|\b(?:text|push|news|email) (?:alert|update|message)s?\b|\bthe (?:full|entire|complete) "
    r"(?:\w+ ){0,2}(?:video|interview|clip|transcript|trailer|episode|story|service|speech)\b"
    r"|\blite site\b|\bon the player\b",
    re.IGNORECASE,
)
_HERE = re.compile(r"\bhere\b(?: for free)?\W*$")
_CLICK_HERE = re.compile(r"\b(?:sign(?:ing)? up|subscribe|click|tap)\b.*\bhere\b", re.I | re.DOTALL)
_QUOTED = re.compile(r"[“”]|\b(?:said|says|told|tweeted)\b")
_REACHED = re.compile(r"\bcan be (?:reached|contacted|followed)\b.*(?:@|\d{3}-\d{4})", re.DOTALL)
_ADDRESS = re.compile(
    r"(?:(?:e-?mail|twitter|facebook|instagram) ?: ?)?@?[\w.+-]+(?:@[\w.-]+)?\W*", re.IGNORECASE
)
_PAGE_WORDS = re.compile(
    r"\W*(?:advertisement|ad feedback|sponsored(?: content)?|loading|skip to (?:main )?content"
    r"|(?:story|article) continues (?:below|after).*|most (?:read|popular|viewed)|related"
    r"(?: (?:articles|stories|content))?|recommended(?: for you)?|trending(?: now)?|up next"
    r"|(?:replay )?more (?:videos|stories)|share|print|comments|back to top|see also|read more"
    r"|keep reading|(?:show|hide) (?:more|caption)|just for subscribers|not a subscriber"
    r"|staff(?: and wire)? (?:reports?|writers?)|(?:opinion|guest) (?:columnist|contributor)"
    r"|(?:thank you for supporting|support quality) .*|how relevant is this ad.*"
    r"|video (?:player was|content never) .*)\W*",
    re.IGNORECASE | re.DOTALL,
)
_WORDLESS = re.compile(r"[\s._*•♦|=—–…\"“”'’()#>-]*(?:\d{1,3}[.)])?[\"”’]?")


def is_boilerplate(text: str, article: Article, start: int) -> bool:
    """Whether a sentence that begins at ``start`` of an article is a byline, a credit or furniture.

    ``text`` is the sentence as it stands there. A sentence that tells news must not be called so:
    where a rule is in doubt the answer is no.
    """
    if len(text) > MAX_CHARS:
        return False
    if len(text) <= MAX_NAMES_CHARS and (
        _WORDLESS.fullmatch(text)
        or _is_byline_or_credit(text, article, start)
        or _PAGE_WORDS.fullmatch(text)
        or (_ADDRESS.fullmatch(text) and "@" in text)
    ):
        return True
    return bool(
        _MADE.match(text)
        or _EDITORS_NOTE.match(text)
        or _LABEL.match(text)
        or ("contributed" in text and _CONTRIBUTED.search(text))
        or ("can be" in text and _REACHED.search(text))
        or _is_link(text)
    )


def _is_link(text: str) -> bool:
    """Whether a reader is told to follow a link: an imperative, and what is behind it."""
    linked = (_LINK_VERB.match(text) and (_HERE.search(text[-20:]) or _LINKED.search(text))) or (
        "here" in text and _CLICK_HERE.search(text)
    )
    return bool(linked and not _QUOTED.search(text))


def _is_byline_or_credit(text: str, article: Article, start: int) -> bool:
    """Whether there are only names (or a day) where a byline, credit or dateline stands."""
    bare = _CREDIT_LABEL.sub("", text).strip(" ()")
    if _NAMES_ONLY.fullmatch(bare) and _CREDITED.search(text):
        return True
    if _AGENCY_ALONE.fullmatch(text) or _DATELINE.fullmatch(text):
        return True
    if date := _DATE_LINE.fullmatch(text):
        return bool(date["made"]) or _before_report(article, start)
    if _SIGNATURE.fullmatch(text):
        return article.text[:start].rstrip()[-1:] not in "\"”’'"
    if not _NAMES_ONLY.fullmatch(text):
        return False
    names = text.casefold().strip(" .,:|").removeprefix("by ")
    if names in {name.casefold() for name in (*article.authors, article.publisher or "")}:
        return True
    return (
        " " in names
        and names not in article.title.casefold()
        and _before_report(article, start)
        and not any(_in_lower_case(word, article) for word in re.findall(r"\w{4,}", names))
    )


def _in_lower_case(word: str, article: Article) -> bool:
    """Whether a capitalised word is a common one, as in a headline written with capitals."""
    return bool(re.search(rf"\b{re.escape(word)}\b", article.text))


def _before_report(article: Article, start: int) -> bool:
    """Whether no line before this place is long enough to be reporting."""
    if start > MAX_LEAD_CHARS:
        return False
    before = article.text[:start]
    at_line = not before.rpartition("\n")[2].strip()
    return at_line and all(len(line.split()) < MIN_REPORT_WORDS for line in before.splitlines())
