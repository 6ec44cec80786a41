"""The pages that explain the service: open to everybody, reached from every page, honest about what is not done."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.page import PageClient, words
from tests.webapp.people import PRIYA, person
from webapp.guards import Guard, guard_of
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES
from workflows.service.office import Office

PAGES = {"/help": "Help", "/accessibility": "Accessibility statement", "/privacy": "Privacy"}
TEMPLATES = ("/accessibility", "/privacy")


@pytest.mark.parametrize("path", PAGES)
def test_anybody_can_read_them_and_the_footer_of_each_leads_to_all(client: PageClient, app: Flask, path: str) -> None:
    page = client.open(path)
    assert page.h1 == PAGES[path]
    assert page.title == f"{PAGES[path]} - Gatehouse"
    endpoint, _ = app.url_map.bind("localhost").match(path)
    assert guard_of(app, endpoint) is Guard.PUBLIC
    links = page.links()
    assert {links[words_of] for words_of in PAGES.values()} == set(PAGES)


def test_somebody_who_is_signed_in_reaches_them_too(client: PageClient, office: Office) -> None:
    person(office)
    client.sign_in(PRIYA)
    for path, heading in PAGES.items():
        assert client.open(path).h1 == heading
        assert "Sign in" not in client.open(path).links()


def test_help_says_first_what_to_do_when_somebody_is_in_danger(client: PageClient) -> None:
    headings = [words(heading) for heading in client.open("/help").all("h2")]
    in_main = [heading for heading in headings if heading != "About this service"]
    assert in_main[0] == "If a child or an adult is in danger now"
    assert "Call 999. Do not wait for an answer here." in client.open("/help").text


def test_the_contents_of_help_lead_to_places_on_the_page(client: PageClient) -> None:
    page = client.open("/help")
    places = {element.get("id") for element in page.root.iter() if element.get("id")}
    leads = [link for link in page.links().values() if link.startswith("#")]
    assert len(leads) >= 5
    assert {link[1:] for link in leads} <= places


def test_help_explains_each_role_that_works_on_a_request(client: PageClient) -> None:
    text = client.open("/help").text
    acting = (Role.REQUESTER, Role.CONSENT_OFFICER, Role.IG_LEAD, Role.CALDICOTT_GUARDIAN, Role.ADJUDICATOR,
              Role.MANAGER, Role.NAMED_SENIOR)  # fmt: skip
    assert [ROLE_TITLES[role] for role in acting if ROLE_TITLES[role] not in text] == []


@pytest.mark.parametrize("term", ["Working day", "Due", "Paused", "Late"])
def test_help_defines_the_words_about_time(client: PageClient, term: str) -> None:
    page = client.open("/help")
    terms = {words(key): words(value) for key, value in zip(page.all("dt"), page.all("dd"), strict=True)}
    assert len(terms[term]) > 40


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_page_that_the_organisation_must_complete_says_so(client: PageClient, path: str) -> None:
    text = client.open(path).text
    assert "This page is a template." in text
    assert text.count("[") == text.count("]") >= 3


def test_privacy_tells_the_limits_that_are_set(client: PageClient) -> None:
    text = client.open("/privacy").text
    assert "after 15 minutes without a sign of life, or after 8 hours at the latest" in text
    assert "Each time somebody opens a request" in text
