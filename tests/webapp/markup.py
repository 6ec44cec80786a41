"""Templates written out and parsed strictly, for the tests of what pages are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import jinja2

TEMPLATES = Path(__file__).resolve().parents[2] / "webapp" / "templates"
MACROS = sorted((TEMPLATES / "macros").glob("*.html"))
MACRO_NAMES = re.compile(r"\{%-? macro (?!_)(\w+)\(")
#: Text that would break out of a page that does not escape it.
NASTY = "<script>\"'&"


@dataclass(frozen=True)
class Tree:
    """Parsed HTML with the few questions that the tests ask."""

    source: str
    root: Element

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of that name with these attributes (class_ asks for one class among several)."""
        found = []
        for one in self.root.iter(tag):
            classes = one.get("class", "").split()
            wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
            if all(value in classes if name == "class" else one.get(name) == value for name, value in wanted.items()):
                found.append(one)
        return found

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def text(self) -> str:
        """The words, with their white space made plain."""
        return words(self.root)


def words(element: Element) -> str:
    """All words of an element."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def parse(source: str) -> Tree:
    """Parse strictly, and hold the page to what every page must keep."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = source if source.lstrip().startswith("<!DOCTYPE") else f"<!DOCTYPE html><title>t</title><body>{source}"
    root = parser.parse(page)
    for one in root.iter():
        if isinstance(one.tag, str):
            one.tag = one.tag.rpartition("}")[2]  # drawings come with a namespace, which no test needs
    ids = [one.get("id") for one in root.iter() if isinstance(one.tag, str) and one.get("id")]
    assert len(ids) == len(set(ids)), ids
    for one in root.iter():
        if isinstance(one.tag, str):
            assert one.get("style") is None, "the policy of the pages forbids inline style"
            assert not [name for name in one.attrib if str(name).startswith("on")]
            for name in ("aria-describedby", "aria-labelledby", "for", "aria-controls"):
                for target in one.get(name, "").split():
                    assert target in ids, f"{name} points at {target}, which is not there"
    return Tree(source, root)


@cache
def environment_of(undefined: type[jinja2.Undefined]) -> jinja2.Environment:
    """The templates by themselves, with the functions that every page is given."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    made = jinja2.Environment(loader=loader, autoescape=True, undefined=undefined)
    made.globals.update(asset=lambda name: f"/static/{name}", csrf_token=lambda: "a-token", csp_nonce="n0nce")
    return made


@cache
def homes() -> dict[str, str]:
    """Which file each macro lives in."""
    return {name: path.name for path in MACROS for name in MACRO_NAMES.findall(path.read_text(encoding="utf-8"))}


def write_with(environment: jinja2.Environment) -> Callable[..., Tree]:
    """A function that writes a piece of template with the macros that it calls at hand, and parses it."""

    def write(source: str, **values: object) -> Tree:
        called = [name for name in homes() if re.search(rf"\b{name}\(", source)]
        head = "".join(f'{{% from "macros/{homes()[name]}" import {name} %}}' for name in called)
        return parse(environment.from_string(head + source).render(**values))

    return write
