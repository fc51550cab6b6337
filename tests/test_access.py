"""Sharing the app: users, sign-in, tokens, what is refused, limits, and security headers."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from typer.testing import CliRunner

from ingest.storage.library import Library
from qa.errors import SettingsError, UsersError
from qa.interfaces.access.identity import identity_of
from qa.interfaces.access.middleware import MAX_BODY_BYTES, AccessMiddleware
from qa.interfaces.access.request_checks import is_from_another_site, is_loopback
from qa.interfaces.access.security_headers import script_hashes
from qa.interfaces.access.session_cookie import COOKIE, SESSION_SECONDS
from qa.interfaces.access.sign_in import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, WINDOW_SECONDS
from qa.interfaces.access.sign_in_page import local_path
from qa.interfaces.access.sliding_limit import SlidingLimit
from qa.interfaces.access.users_file import UsersFile, hash_password
from qa.interfaces.access.visitor import is_editor, visitor_of
from qa.interfaces.cli.main import app as commands
from qa.interfaces.frame.routes import asset_routes
from qa.settings import Settings
from tests.serving import running_app

HERE = "http://127.0.0.1"
PASSWORD = "correct horse battery"
CHEAP = (2**4, 8, 1)
PAGE = {"accept": "text/html,application/xhtml+xml"}
EVENTS = "text/event-stream"
ELSEWHERE = {"origin": "https://evil.example"}
MODULE = "<script type=module src=x.js></script>"


async def whoami(request: Request) -> Response:
    visitor = visitor_of(request.scope)
    return JSONResponse([visitor.name, visitor.role, is_editor(request.scope)])


async def take(request: Request) -> Response:
    return JSONResponse(len(await request.body()))


async def page(_: Request) -> Response:
    return HTMLResponse(f"<script>window.ours = 1</script>{MODULE}")


ROUTES = [
    Route("/", page),
    Route("/whoami", whoami),
    Route("/v1/ask", take, methods=["POST"]),
    Route("/gradio_api/cancel", take, methods=["POST"]),
    Route("/healthz", whoami),
    Route("/other", page),
    *asset_routes(),
]


class Moment:
    """A clock that stands still until it is moved."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A library's folder without users."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def users(home: Path) -> UsersFile:
    """A users file with a reader and an editor, whose passwords cost little to check."""
    entries = [
        {"name": name, "role": role, "password": hash_password(PASSWORD, CHEAP), "token": ""}
        for name, role in (("rea", "reader"), ("edi", "editor"))
    ]
    (home / "users.json").write_text(json.dumps({"users": entries}), encoding="utf-8")
    return UsersFile(home, cost=CHEAP)


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def visit(home: Path, moment: Moment) -> Callable[..., TestClient]:
    """Makes a browser in front of a small application behind the middleware."""

    def make(client: str = "127.0.0.1", at: str = HERE, **settings: Any) -> TestClient:
        chosen = Settings(home=home, **settings)
        guard = Middleware(
            AccessMiddleware,
            identity_of(chosen),
            questions_per_minute=chosen.questions_per_minute,
            root_path=chosen.root_path,
            clock=moment,
        )
        served = Starlette(routes=ROUTES, middleware=[guard])
        return TestClient(served, at, client=(client, 4711), follow_redirects=False)

    return make


Visit = Callable[..., TestClient]


def sign_in(browser: TestClient, name: str = "rea", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", data={"name": name, "password": password} | more)


# -- signing in -----------------------------------------------------------------------------


def test_nothing_is_shown_before_signing_in(visit: Visit, users: UsersFile) -> None:
    """A browser gets the sign-in page, a program 401 in the API's shape; probes stay open."""
    browser = visit()
    asked = browser.get("/whoami?day=1", headers=PAGE)
    assert (asked.status_code, asked.headers["location"]) == (
        303, "/sign-in?next=%2Fwhoami%3Fday%3D1",
    )  # fmt: skip
    shown = browser.get(asked.headers["location"], headers=PAGE)
    assert 'name="next" value="/whoami?day=1"' in shown.text
    for reply in (browser.get("/whoami"), browser.post("/v1/ask", json={})):
        assert reply.status_code == 401
        assert reply.json()["error"]["code"] == "invalid_api_key"
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/nothing-here", headers=PAGE).status_code == 303


def test_a_password_opens_a_session(visit: Visit, users: UsersFile) -> None:
    """Signed in, a visitor has name and role and is where they wanted to go; until signing out."""
    browser = visit()
    reply = sign_in(browser, "edi", next="/whoami?day=1")
    assert (reply.status_code, reply.headers["location"]) == (303, "/whoami?day=1")
    assert browser.get("/whoami").json() == ["edi", "editor", True]
    assert browser.get("/sign-in", headers=PAGE).status_code == 303
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    assert browser.get("/whoami").status_code == 401


def test_the_cookie_is_for_this_site_alone(visit: Visit, users: UsersFile) -> None:
    """No script reads it, no other site sends it, and behind https it never travels without."""
    for header, secure in (("http", False), ("https", True)):
        reply = visit().post(
            "/sign-in", data={"name": "rea", "password": PASSWORD},
            headers={"x-forwarded-proto": header},
        )  # fmt: skip
        cookie = reply.headers["set-cookie"].lower()
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert ("secure" in cookie.split("; ")) is secure


def test_a_session_ends(visit: Visit, users: UsersFile, moment: Moment) -> None:
    """By time, by a new password, and with the user."""
    browser = visit()
    sign_in(browser)
    moment.now += SESSION_SECONDS - 1
    assert browser.get("/whoami").status_code == 200
    moment.now += 1
    assert browser.get("/whoami").status_code == 401
    sign_in(browser)
    users.add("rea", "another long password", "reader")
    assert browser.get("/whoami").status_code == 401
    assert sign_in(browser).status_code == 401
    assert sign_in(browser, password="another long password").status_code == 303
    users.remove("rea")
    assert browser.get("/whoami").status_code == 401


@pytest.mark.parametrize("forge", [
    lambda cookie: cookie.replace("cmVh", "ZWRp"),  # rea, edi
    lambda cookie: re.sub(r"\.(\d+)\.", lambda m: f".{int(m[1]) + 9}.", cookie),
    lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"),
    lambda cookie: "x", lambda cookie: "é.1.2", lambda cookie: "a.b.c.d",
])  # fmt: skip
def test_a_forged_cookie_is_worth_nothing(
    visit: Visit, users: UsersFile, forge: Callable[[str], str]
) -> None:
    """Another name, a later expiry, another signature, or anything else."""
    cookie = sign_in(visit()).cookies[COOKIE]
    raw = f"{COOKIE}={forge(cookie)}".encode()
    assert visit().get("/whoami", headers={b"cookie": raw}).status_code == 401
    assert visit().get("/whoami", headers={"cookie": f"a=b c; {COOKIE}={cookie}"}).is_success


def test_a_wrong_password_says_nothing_about_names(visit: Visit, users: UsersFile) -> None:
    """A known and an unknown name get the same page, with what was typed, escaped."""
    known = sign_in(visit(), "rea", "wrong")
    unknown = sign_in(visit(), 'nobody"<b>', "wrong")
    assert known.status_code == unknown.status_code == 401
    assert "nobody&quot;&lt;b&gt;" in unknown.text
    names = r'value="(rea|nobody&quot;&lt;b&gt;)"'
    assert re.sub(names, "", known.text) == re.sub(names, "", unknown.text)
    assert "wrong" not in known.text


def test_guessing_is_slowed_down(visit: Visit, users: UsersFile, moment: Moment) -> None:
    """After too many wrong passwords even the right one waits, from that address alone."""
    guesser = visit()
    colleague = TestClient(guesser.app, HERE, client=("127.0.0.2", 1), follow_redirects=False)
    for _ in range(FAILURES_PER_ADDRESS):
        assert sign_in(guesser, "edi", "wrong").status_code == 401
    refused = sign_in(guesser, "rea")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(WINDOW_SECONDS))
    assert "15 minutes" in refused.text
    for _ in range(FAILURES_PER_ADDRESS + 1):
        assert sign_in(colleague, "rea").status_code == 303  # those who know it are not counted
    moment.now += WINDOW_SECONDS
    assert sign_in(guesser, "rea").status_code == 303


def test_guessing_one_name_from_everywhere_is_slowed_down(visit: Visit, users: UsersFile) -> None:
    """A name has its own limit, and a session that is open goes on."""
    signed_in = visit()
    sign_in(signed_in, "edi")
    for number in range(FAILURES_PER_NAME):
        guesser = TestClient(signed_in.app, HERE, client=(f"10.0.0.{number}", 1))
        assert sign_in(guesser, "edi", "wrong").status_code == 401
    assert sign_in(guesser, "edi").status_code == 429
    assert sign_in(guesser, "rea").is_success
    assert signed_in.get("/whoami").json()[0] == "edi"


@pytest.mark.parametrize("following", [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/a\r\nb: c",
    "javascript:alert(1)", "/\t/evil.example", "evil.example", "",
])  # fmt: skip
def test_signing_in_leads_nowhere_else(visit: Visit, users: UsersFile, following: str) -> None:
    """The way on after signing in is a path of this site, whatever a link said."""
    assert local_path(following) == "/"
    assert sign_in(visit(), next=following).headers["location"] == "/"


def test_the_prefix_of_a_proxy_is_kept(visit: Visit, users: UsersFile) -> None:
    """Behind a path prefix the form, the redirects and the cookie stay below it."""
    browser = visit(root_path="/news")
    assert browser.get("/whoami", headers=PAGE).headers["location"].startswith("/news/sign-in?")
    assert 'action="/news/sign-in"' in browser.get("/sign-in").text
    reply = sign_in(browser)
    assert reply.headers["location"] == "/news/"
    assert "path=/news" in reply.headers["set-cookie"].lower()
    for root, path in (("", "/healthz"), ("/news", "/healthz"), ("/news", "/news/healthz")):
        behind = TestClient(browser.app, HERE, root_path=root)
        assert behind.get(path).status_code == 200
        assert behind.get(path.replace("healthz", "whoami")).status_code == 401


def test_the_sign_in_page_needs_no_script_and_its_looks_need_no_sign_in(
    visit: Visit, users: UsersFile
) -> None:
    """What it loads is our own, and let through to whoever has not signed in."""
    browser = visit(root_path="/news")
    page = browser.get("/sign-in").text
    assert not re.search(r"<script|style=|https?://", page)
    loaded = re.findall(r'<link [^>]*href="/news([^"]*)"', page)
    assert len(loaded) == page.count("<link ") == 4
    assert browser.get("/page-assets/..%2f..%2fpage%2fmarkup.py").status_code == 404
    for path in loaded:
        reply = browser.get(path)
        assert reply.status_code == 200, path
        assert reply.headers["content-type"].startswith(("text/css", "image/svg")), path


# -- tokens and the proxy's header ----------------------------------------------------------


def test_a_token_is_enough_for_a_program(visit: Visit, users: UsersFile) -> None:
    """It has its user's role, ends when it is replaced or revoked, and is kept as a hash only."""
    token = users.new_token("edi")
    browser = visit()
    bearer = {"authorization": f"Bearer {token}"}
    assert browser.get("/whoami", headers=bearer).json() == ["edi", "editor", True]
    assert token not in users.path.read_text(encoding="utf-8")
    for changed in (token[:-1] + "?", "", "none"):
        headers = {"authorization": f"Bearer {changed}"}
        assert browser.get("/whoami", headers=headers).status_code == 401
    newer = users.new_token("edi")
    assert browser.get("/whoami", headers=bearer).status_code == 401
    users.revoke_token("edi")
    newer_header = {"authorization": f"Bearer {newer}"}
    assert browser.get("/whoami", headers=newer_header).status_code == 401


def test_a_trusted_proxy_names_its_user(visit: Visit, users: UsersFile) -> None:
    """By the header of the setting: known names have their role, others read; twice is no name."""
    browser = visit("10.0.0.1", trusted_user_header="X-Remote-User")
    for name, role in (("edi", "editor"), ("somebody@example.org", "reader")):
        found = browser.get("/whoami", headers={"x-remote-user": name}).json()
        assert found[:2] == [name, role]
    twice = [("x-remote-user", "edi"), ("x-remote-user", "rea")]
    assert browser.get("/whoami", headers=twice).status_code == 401
    assert browser.get("/whoami").status_code == 401


def test_a_users_header_counts_for_nothing_unless_it_is_trusted(
    visit: Visit, users: UsersFile
) -> None:
    """Without the setting anybody could send it."""
    assert visit().get("/whoami", headers={"x-remote-user": "edi"}).status_code == 401


def test_a_proxy_that_names_nobody_is_told_so(visit: Visit) -> None:
    """Without users of its own the app cannot ask for a password."""
    browser = visit(trusted_user_header="X-Remote-User")
    assert "did not say who you are" in browser.get("/", headers=PAGE).text


# -- who is let in without signing in -------------------------------------------------------


def test_alone_on_this_machine_nobody_signs_in(visit: Visit) -> None:
    """Without users whoever sits at the machine is editor, whatever key a client sends along."""
    for at in ("http://127.0.0.1:7860", "http://localhost:7860", "http://[::1]:7860"):
        reply = visit(at=at).get("/whoami", headers={"authorization": "Bearer none"})
        assert reply.json() == ["", "editor", True]
    assert visit().get("/sign-in", headers=PAGE).headers["location"] == "/"


@pytest.mark.parametrize(("client", "at", "headers"), [
    ("192.168.1.9", "http://127.0.0.1", {}),
    ("127.0.0.1", "http://rebound.example", {}),
    ("127.0.0.1", "http://127.0.0.1", {"x-forwarded-for": "203.0.113.9"}),
    ("127.0.0.1", "http://127.0.0.1.evil.example", {}),
])  # fmt: skip
def test_others_are_refused_until_it_is_shared(
    visit: Visit, client: str, at: str, headers: dict[str, str]
) -> None:
    """From another machine, through a proxy, or under a foreign name: 403, and what to do."""
    reply = visit(client, at).get("/whoami", headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "not_shared")
    shown = visit(client, at).get("/", headers=headers | PAGE)
    assert "CITEWIRE_OPEN_TO_EVERYONE" in shown.text
    opened = visit(client, at, open_to_everyone=True).get("/whoami", headers=headers)
    assert opened.json() == ["", "reader", False]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "newsroom.example", ""])
def test_listening_for_others_without_sign_in_is_refused(home: Path, host: str) -> None:
    """The error names all three ways out, and each is one."""
    with pytest.raises(SettingsError, match=r"citewire users add.*TRUSTED_USER_HEADER.*OPEN_TO"):
        identity_of(Settings(home=home, host=host))
    identity_of(Settings(home=home, host=host, open_to_everyone=True))
    identity_of(Settings(home=home, host=host, trusted_user_header="X-Remote-User"))
    UsersFile(home, cost=CHEAP).add("ann", PASSWORD, "reader")
    assert identity_of(Settings(home=home, host=host)).sign_in_needed()


def test_removing_the_last_user_opens_nothing(visit: Visit, users: UsersFile) -> None:
    """A running server then lets in whoever sits at the machine, and nobody else."""
    browser = visit("192.168.1.9", host="0.0.0.0")
    sign_in(browser)
    for name in ("rea", "edi"):
        users.remove(name)
    assert browser.get("/whoami").status_code == 403


def test_a_damaged_users_file_lets_nobody_in(visit: Visit, users: UsersFile) -> None:
    """While running that is an error for everybody; at the start it names the file."""
    browser = visit()
    users.path.write_text('{"users": [{"name": "rea"}]}', encoding="utf-8")
    assert browser.get("/whoami").status_code == 503
    with pytest.raises(UsersError, match=r"users\.json"):
        visit()


def test_loopback_addresses_are_known() -> None:
    """In every way of writing them, and no name that only looks like one."""
    assert all(map(is_loopback, ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "LOCALHOST",
                                 "::ffff:127.0.0.1", "me.localhost"]))  # fmt: skip
    assert not any(map(is_loopback, ["0.0.0.0", "::", "", "10.0.0.1", "127.0.0.1.example",
                                     "localhost.example", "::ffff:10.0.0.1"]))  # fmt: skip


# -- requests of foreign pages, too large or too many ---------------------------------------


@pytest.mark.parametrize(("method", "headers", "foreign"), [
    ("POST", {}, False),  # a program
    ("POST", {"origin": "https://desk.example"}, False),
    ("POST", {"origin": "https://desk.example", "sec-fetch-site": "same-origin"}, False),
    ("POST", {"host": "127.0.0.1:7860", "origin": "https://desk.example",
              "sec-fetch-site": "same-origin"}, False),  # a proxy that changes Host
    ("GET", {"sec-fetch-site": "cross-site"}, False),  # a link
    ("POST", {"sec-fetch-site": "none"}, False),
    ("POST", ELSEWHERE, True),
    ("GET", ELSEWHERE, True),  # a script that reads
    ("POST", {"origin": "null"}, True),
    ("POST", {"origin": "https://desk.example:8443"}, True),
    ("POST", {"origin": "https://evil.example/desk.example"}, True),
    ("POST", {"sec-fetch-site": "cross-site"}, True),
    ("POST", {"origin": "https://desk.example", "sec-fetch-site": "same-site"}, True),
])  # fmt: skip
def test_foreign_pages_are_told_apart(method: str, headers: dict[str, str], foreign: bool) -> None:
    """From this site's pages, from links and from programs."""
    assert is_from_another_site(method, {"host": "desk.example"} | headers) is foreign


def test_a_foreign_page_cannot_ask(visit: Visit, users: UsersFile) -> None:
    """Not with its visitor's cookie, not without, and it cannot sign its visitor in."""
    browser = visit()
    sign_in(browser)
    for reply in (
        browser.post("/v1/ask", json={}, headers=ELSEWHERE),
        visit().post("/v1/ask", json={}, headers=ELSEWHERE),
        visit().post("/sign-in", data={"name": "rea", "password": PASSWORD}, headers=ELSEWHERE),
        browser.post("/sign-out", headers=ELSEWHERE),
    ):
        assert (reply.status_code, reply.json()["error"]["code"]) == (403, "foreign_page")
    assert browser.get("/whoami").is_success


def test_the_published_address_is_no_foreign_one(visit: Visit, users: UsersFile) -> None:
    """A whole address as root path is known, also behind a proxy that changes Host."""
    browser = visit(root_path="https://desk.example/news")
    reply = browser.post("/v1/ask", json={}, headers={"origin": "https://desk.example"})
    assert reply.status_code == 401


def test_questions_are_limited_by_visitor(visit: Visit, users: UsersFile, moment: Moment) -> None:
    """So many a minute and no more, for each by itself; reading and stopping are not counted."""
    browser = visit(questions_per_minute=3)
    sign_in(browser)
    other = {"authorization": f"Bearer {users.new_token('edi')}"}
    for _ in range(3):
        assert browser.post("/v1/ask", json={}).is_success
    moment.now += 20
    refused = browser.post("/v1/ask", json={})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert browser.get("/whoami").is_success
    assert browser.post("/gradio_api/cancel").is_success
    assert TestClient(browser.app, "http://127.0.0.1").post("/v1/ask", headers=other).is_success
    moment.now += 40
    assert browser.post("/v1/ask", json={}).is_success


def test_pages_that_cost_something_count_and_what_they_are_made_of_does_not(visit: Visit) -> None:
    """Searching the library and comparing versions are limited; looking how far a job is, which its
    page does each second, is not."""
    stranger = visit("203.0.113.9", open_to_everyone=True, questions_per_minute=2)
    for _ in range(9):
        assert stranger.get("/library/jobs/1").status_code == 404
    for path in ("/library?q=ferry", "/article/a1?compare=1-2"):
        assert stranger.get(path).status_code == 404  # this small application has no such page
    for path in ("/library/health", "/api/articles/a1", "/answer/a1"):
        refused = stranger.get(path, headers={"accept": "text/html"})
        assert (refused.status_code, "Too many requests" in refused.text) == (429, True)
    assert stranger.get("/library/jobs/1").status_code == 404


def test_strangers_are_limited_by_address_and_this_machine_is_not(visit: Visit) -> None:
    """An open app counts by address; whoever is alone at the machine asks as much as they like."""
    stranger = visit("203.0.113.9", open_to_everyone=True, questions_per_minute=1)
    assert [stranger.post("/v1/ask").status_code for _ in range(2)] == [200, 429]
    here = visit(questions_per_minute=1)
    assert {here.post("/v1/ask").status_code for _ in range(9)} == {200}


def test_a_sliding_limit_forgets() -> None:
    """Only the last window counts, a count of 0 limits nothing, and memory is bounded."""
    limit = SlidingLimit(2, 10)
    for moment in (0, 4):
        limit.record("a", moment)
    assert [limit.seconds_to_wait("a", now) for now in (4, 9.5, 10, 14)] == [6, 1, 0, 0]
    assert limit.seconds_to_wait("b", 4) == 0
    free = SlidingLimit(0, 10)
    free.record("a", 0)
    assert free.seconds_to_wait("a", 0) == 0
    for number in range(10_001):
        limit.record(str(number), 20)
    limit.record("0", 20)
    assert limit.seconds_to_wait("0", 20) == 0


def test_a_body_that_is_too_large_is_refused(visit: Visit) -> None:
    """Announced or not, before it is kept in memory."""
    browser = visit()
    assert browser.post("/v1/ask", content=b"x" * 1000).json() == 1000
    assert browser.post("/v1/ask", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
    parts = (b"x" * 1_000_000 for _ in range(3))
    assert browser.post("/v1/ask", content=parts).status_code == 413
    assert browser.post("/sign-in", content=(b"x" * 1_500_000 for _ in range(2))).status_code == 413


def test_a_websocket_is_closed(visit: Visit) -> None:
    """There are none to be reached past the sign-in."""
    with pytest.raises(WebSocketDisconnect), visit().websocket_connect("/whoami"):
        pass


# -- security headers -----------------------------------------------------------------------


def test_every_response_is_secured(visit: Visit, users: UsersFile) -> None:
    """Pages, answers, redirects and refusals alike; nobody frames them, no object is loaded."""
    browser = visit()
    replies = [browser.get("/healthz"), browser.get("/", headers=PAGE), browser.get("/whoami")]
    replies += [browser.get("/sign-in"), browser.post("/v1/ask", headers=ELSEWHERE)]
    sign_in(browser)
    replies += [browser.get("/"), browser.get("/missing")]
    assert {reply.status_code for reply in replies} == {200, 303, 401, 403, 404}
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy
        assert "object-src 'none'" in policy
        assert ("unsafe" in policy) == (reply.url.path == "/" and reply.status_code == 200)
        assert "'unsafe-inline'" not in policy.split("style-src")[0]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in reply.headers["permissions-policy"]
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_inline_scripts_run_only_where_the_server_wrote_them(visit: Visit) -> None:
    """gradio's page has its scripts by hash, and eval; every other page has neither."""
    browser = visit()
    (expected,) = script_hashes(b"<script>window.ours = 1</script>" + MODULE.encode())
    front, other = (
        browser.get(path).headers["content-security-policy"] for path in ("/", "/other")
    )
    assert f"script-src 'self' {expected} 'unsafe-eval';" in front
    assert "script-src 'self';" in other
    assert browser.get("/").text.endswith(MODULE)


# -- the users file and its commands --------------------------------------------------------


def citewire(*arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["users", *arguments], input=typed)
    return result.exit_code, result.output


def test_users_are_kept_by_commands(home: Path) -> None:
    """Added, listed, given a token, changed and removed; the file is its owner's alone."""
    assert citewire("add", "ann", "--role", "editor", typed=f"{PASSWORD}\n") == (
        0, "Added ann (editor).\n",
    )  # fmt: skip
    users = UsersFile(home)
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    assert PASSWORD not in users.path.read_text(encoding="utf-8")
    _, token = citewire("token", "ann")
    assert users.with_token(token.strip()) == users.users()["ann"]
    assert json.loads(citewire("list", "--json")[1]) == {
        "users": [{"name": "ann", "role": "editor", "token": True}]
    }
    assert citewire("token", "ann", "--revoke")[0] == 0
    assert citewire("add", "ann", typed=f"{PASSWORD}\n")[1] == "Changed ann (reader).\n"
    assert citewire("remove", "ann")[0] == 0
    assert "only this machine" in citewire("list")[1]
    assert [entry.name for entry in home.iterdir()] == ["users.json"]


@pytest.mark.parametrize(("arguments", "typed", "said"), [
    (["add", "ann"], "short\n", "10 characters"),
    (["add", "no body"], f"{PASSWORD}\n", "cannot be a name"),
    (["remove", "ann"], "", "there is no user 'ann'"),
    (["token", "ann"], "", "there is no user 'ann'"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(arguments: list[str], typed: str, said: str) -> None:
    """One line, exit code 1, and nothing changed."""
    code, output = citewire(*arguments, typed=typed)
    assert code == 1
    assert said in output
    assert citewire("list", "--json")[1] == '{"users": []}\n'


def test_a_role_is_one_of_two() -> None:
    """Anything else is wrong usage."""
    assert citewire("add", "ann", "--role", "owner", typed=PASSWORD)[0] == 2


def test_the_packaged_cost_is_what_is_used(users: UsersFile) -> None:
    """A password is hashed by scrypt with 32 MB, and with a salt of its own."""
    assert hash_password(PASSWORD).startswith("scrypt$32768$8$3$")
    first, second = (users.add(name, PASSWORD, "reader").password for name in ("ann", "bob"))
    assert first.split("$")[4] != second.split("$")[4]


# -- the app itself -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(samples: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A running app over the samples with one user; its address and the user's token."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(samples.home, home, ignore=shutil.ignore_patterns("*.lock"))
    users = UsersFile(home)
    users.add("ann", PASSWORD, "reader")
    with running_app(home) as address:
        yield address, users.new_token("ann")


def test_the_app_asks_to_sign_in(shared: tuple[str, str]) -> None:
    """Its page, files, API, endpoint and MCP server are closed; signed in, gradio's page comes."""
    address, _ = shared
    with httpx.Client(base_url=address) as browser:
        for path in ("/config", "/gradio_api/info", "/v1/models", "/theme.css", "/assets/x.js"):
            assert browser.get(path).status_code == 401
        for path in ("/v1/chat/completions", "/gradio_api/call/ask", "/mcp"):
            assert browser.post(path, json={}).status_code == 401
        assert browser.get("/readyz", timeout=120).status_code == 200
        assert "Password" in browser.get("/", headers=PAGE, follow_redirects=True).text
        data = {"name": "ann", "password": PASSWORD}
        assert browser.post("/sign-in", data=data, timeout=60).status_code == 303
        page = browser.get("/", headers=PAGE)
        assert "gradio-app" in page.text
        policy = page.headers["content-security-policy"]
        for inline in script_hashes(page.content):
            assert inline in policy


def test_an_agent_asks_with_a_token(shared: tuple[str, str]) -> None:
    """The tools for agents answer whoever has a token."""
    address, token = shared
    call = {"name": "ask_articles", "arguments": {"question": "How many died in the sinking?"}}
    reply = httpx.post(
        f"{address}/mcp", timeout=240,
        headers={"authorization": f"Bearer {token}", "accept": f"application/json, {EVENTS}"},
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
    )  # fmt: skip
    assert reply.json()["result"]["structuredContent"]["status"] == "answered"


def test_each_user_has_conversations_of_their_own(visit: Visit, users: UsersFile) -> None:
    """The page tells its script whose list it shows: another one for each user, none for nobody."""
    users.add("bob", PASSWORD, "reader")
    owners = []
    for name in ("rea", "bob"):
        browser = visit()
        sign_in(browser, name)
        browser.get("/")
        owners.append(browser.cookies["citewire_owner"])
    assert len({*owners}) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", owner) for owner in owners)


def test_where_nobody_signs_in_there_is_one_list(visit: Visit) -> None:
    """Without users the cookie is empty, so that a list from another sign-in is not shown."""
    assert "citewire_owner=;" in visit().get("/").headers["set-cookie"]
