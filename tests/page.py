"""A person at the pages: fetches, follows, fills in forms; every page that comes is checked as a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.test import TestResponse

Fields = dict[str, str | list[str]]
PASSWORD = "correct horse battery staple"
_NEEDS_LABEL = ("input", "select", "textarea")
_LABELLED_BY_ITSELF = ("hidden", "submit", "button")


@dataclass(frozen=True)
class Page:
    """One answer that was a page."""

    status: int
    path: str
    html: str
    root: Element
    headers: Mapping[str, str]

    @property
    def title(self) -> str:
        """The words of the title element."""
        return "".join(_only(self.root, "title").itertext()).strip()

    @property
    def h1(self) -> str:
        """The words of the one h1."""
        return words(_only(self.root, "h1"))

    @property
    def text(self) -> str:
        """All words of the page, without scripts."""
        return words(_only(self.root, "body"))

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements with a tag and these attributes (``class_`` for class, which may be one of several)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.root.iter(tag)
            if all(
                value in element.get(name, "").split() if name == "class" else element.get(name) == value
                for name, value in wanted.items()
            )
        ]

    def links(self) -> dict[str, str]:
        """Words of each link and where it leads."""
        return {words(link): link.get("href", "") for link in self.root.iter("a")}

    def form(self, action: str | None = None) -> Form:
        """The form that posts to ``action``, or the only one in the main part of the page."""
        main = next(element for element in self.root.iter("main"))
        if action is not None:
            found = [form for form in self.root.iter("form") if form.get("action") == action]
        else:
            found = list(main.iter("form"))
        assert len(found) == 1, f"{len(found)} forms{f' to {action}' if action else ''} on {self.path}"
        return Form.read(found[0], self.path)

    def errors(self) -> dict[str, str]:
        """The error summary: where each line links to (without #) and its words."""
        summaries = self.all("div", class_="govuk-error-summary")
        return {link.get("href", "")[1:]: words(link) for summary in summaries for link in summary.iter("a")}


@dataclass
class Form:
    """A form as a browser would send it: its fields with the values they have on the page."""

    action: str
    method: str
    fields: Fields = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, form: Element, path: str) -> Form:
        """Read a form element."""
        made = cls(form.get("action") or path, (form.get("method") or "get").lower())
        for element in form.iter():
            made._take(element)
        return made

    def _take(self, element: Element) -> None:
        name, kind = element.get("name", ""), element.get("type", "text")
        if element.tag == "button" and element.get("name"):
            self.buttons.append((name, element.get("value", "")))
        if not name or element.tag not in _NEEDS_LABEL or element.get("disabled") is not None:
            return
        if element.tag == "textarea":
            # A line end right after the tag is not part of the value, and the parser has taken it away.
            self._add(name, "".join(element.itertext()))
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            for option in chosen:
                self._add(name, option.get("value", words(option)))
        elif kind in ("radio", "checkbox"):
            if element.get("checked") is not None:
                self._add(name, element.get("value", "on"))
        elif kind not in ("submit", "button"):
            self._add(name, element.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        before = self.fields.get(name)
        if before is None:
            self.fields[name] = value
        else:
            self.fields[name] = [*(before if isinstance(before, list) else [before]), value]


class PageClient:
    """A browser without scripts, for one person at a time. It keeps cookies and follows redirects."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.page: Page | None = None

    def open(self, path: str, *, status: int = 200, **headers: str) -> Page:
        """Fetch a page and check it."""
        return self._take(self.http.get(path, headers=_headers(headers)), path, status=status)

    def send(self, path: str, data: Mapping[str, Any], *, status: int = 200, token: bool = True) -> Page:
        """Post fields; the form token of the page shown last is added unless ``token`` is False."""
        fields = dict(data)
        if token and "csrf_token" not in fields:
            fields["csrf_token"] = self.token()
        return self._take(self.http.post(path, data=fields), path, status=status)

    def submit(self, data: Mapping[str, Any] | None = None, *, action: str | None = None, status: int = 200) -> Page:
        """Fill in the form of the page shown last and send it, hidden fields and all."""
        assert self.page is not None, "open a page first"
        form = self.page.form(action)
        if form.method == "get":
            return self._take(
                self.http.get(form.action, query_string={**form.fields, **(data or {})}), form.action, status=status
            )
        return self._take(self.http.post(form.action, data={**form.fields, **(data or {})}), form.action, status=status)

    def token(self) -> str:
        """The form token of the page shown last."""
        assert self.page is not None, "open a page first"
        found = self.page.all("input", name="csrf_token")
        assert found, f"no form on {self.page.path}"
        return found[0].get("value", "")

    def sign_in(self, email: str, password: str = PASSWORD) -> PageClient:
        """Sign in by the form; the page after it is not fetched."""
        self.page = None
        self.open("/sign-in")
        answer = self.http.post("/sign-in", data={"email": email, "password": password, "csrf_token": self.token()})
        assert answer.status_code == 303, f"not signed in: {answer.status_code}"
        return self

    def _take(self, answer: TestResponse, path: str, *, status: int) -> Page:
        hops = 0
        while answer.status_code in (301, 302, 303, 307, 308):
            check_headers(answer)
            assert answer.status_code == 303, f"{path}: a redirect after a form is 303, not {answer.status_code}"
            path = answer.headers["Location"]
            assert path.startswith("/"), f"not a local redirect: {path}"
            hops += 1
            assert hops < 6, f"{path}: redirects in a circle"
            answer = self.http.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}, not {status}: {_first_words(answer)}"
        self.page = read_page(answer, path)
        return self.page


def read_page(answer: TestResponse, path: str) -> Page:
    """Check an answer as a page and return it parsed."""
    check_headers(answer)
    html = answer.get_data(as_text=True)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    faults = [(place, code) for place, code, _ in parser.errors]
    assert not faults, f"{path} does not parse: {faults[:3]} near {_near(html, faults)}"
    check_page(root, path)
    assert " object at 0x" not in html, f"{path}: shows something that is not for people"
    return Page(answer.status_code, path, html, root, answer.headers)


def check_headers(answer: TestResponse) -> None:
    """The headers that every answer carries."""
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers.get("X-Content-Type-Options") == "nosniff"
    assert answer.headers.get("Referrer-Policy") == "no-referrer"
    assert answer.headers.get("Cache-Control") == "no-store"


def check_page(root: Element, path: str) -> None:
    """What every page owes: a language, a title, one h1, unique ids, labels, no inline style or handler."""
    assert root.get("lang") == "en", f"{path}: no language"
    title = "".join(_only(root, "title").itertext())
    assert title.endswith("Gatehouse"), f"{path}: title {title!r}"
    assert len(list(root.iter("h1"))) == 1, f"{path}: {len(list(root.iter('h1')))} h1"
    assert words(_only(root, "h1")), f"{path}: empty h1"
    ids = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    twice = [name for name, count in ids.items() if count > 1]
    assert not twice, f"{path}: ids twice: {twice}"
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.get("style") is None, f"{path}: inline style on {element.tag}"
        assert element.tag != "style", f"{path}: a style element"
        handlers = [name for name in element.attrib if isinstance(name, str) and name.startswith("on")]
        assert not handlers, f"{path}: {handlers} on {element.tag}"
        if element.tag == "script":
            assert element.get("nonce"), f"{path}: a script without nonce"
    _check_labels(root, ids, path)
    _check_links(root, ids, path)


def _check_labels(root: Element, ids: Counter[str | None], path: str) -> None:
    labelled = {label.get("for") for label in root.iter("label")}
    for element in root.iter():
        if element.tag not in _NEEDS_LABEL or element.get("type") in _LABELLED_BY_ITSELF:
            continue
        named = element.get("id") in labelled or element.get("aria-label") or element.get("aria-labelledby")
        assert named, f"{path}: {element.tag} {element.get('name')} has no label"
    for element in root.iter():
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            for target in (element.get(name) or "").split():
                assert target in ids, f"{path}: {name} names {target}, which is not there"


def _check_links(root: Element, ids: Counter[str | None], path: str) -> None:
    for link in root.iter("a"):
        target = link.get("href", "")
        assert target, f"{path}: a link without a target: {words(link)}"
        assert not re.match(r"(?i)\s*(javascript|data):", target), f"{path}: {target}"
        if target.startswith("#"):
            assert target[1:] in ids, f"{path}: links to {target}, which is not there"
    for form in root.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            tokens = [element for element in form.iter("input") if element.get("name") == "csrf_token"]
            assert tokens, f"{path}: a form without a token"


def words(element: Element) -> str:
    """The words of an element, with single spaces."""
    return " ".join(" ".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if element.tag in ("script", "template"):
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _texts(child)
        if child.tail:
            yield child.tail


def _only(root: Element, tag: str) -> Element:
    found = list(root.iter(tag))
    # A drawing may have a title of its own: the first is the page's.
    assert found, f"no {tag}"
    return found[0]


def _headers(named: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in named.items()}


def _first_words(answer: TestResponse) -> str:
    text = re.sub(r"<(script|svg).*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())[:600]


def _near(html: str, faults: list[tuple[Any, str]]) -> str:
    (line, column), _ = faults[0]
    return html.splitlines()[line - 1][max(0, column - 60) : column + 40]
