"""Before a request is sent: a warning of names that the adviser would read, each with the way to its field (C1)."""

from __future__ import annotations

import pytest

from tests.builders import House
from tests.page import PageClient
from tests.webapp.requester import Requester

pytestmark = pytest.mark.feature("C1")
HEADING = "Names that the adviser would read"


def test_the_usual_request_gets_no_warning(client: PageClient, house: House) -> None:
    requester = Requester(client, house)
    requester.type_s2()
    assert HEADING not in client.open(f"{requester.draft}/check").text


def test_names_that_masking_would_not_know_are_listed_and_do_not_stop_the_request(
    client: PageClient, house: House
) -> None:
    requester = Requester(client, house)
    requester.type_s2()
    requester.fill("purpose", {"purpose": "P. Orrin stays with Sarah Bolt, says Priya Anand of Harrowmere."})
    requester.fill("items/1", {"justify": "Seen by Orrin's neighbour Wendel Crake."})
    requester.fill("told", {"told_why": "He may ask Gisela."})
    requester.fill("details", {"why": "It may harm Wilhelmina Strood."})
    requester.fill("tests", {"public_interest": "It protects the Marchbank household."})
    page = client.open(f"{requester.draft}/check")
    base, links = requester.draft, page.links()
    assert HEADING in page.text
    assert links["“Sarah Bolt” in the purpose"] == f"{base}/purpose?return=check#purpose"
    assert links["“Wendel Crake” in item 1"] == f"{base}/items/1?return=check#justify"
    assert links["“Gisela” in whether the person was told"] == f"{base}/told?return=check#told_why"
    warned = {words: link for words, link in links.items() if words.startswith("“")}
    assert links["“Wilhelmina Strood” in consent"] == f"{base}/details?return=check#why"
    assert links["“Marchbank” in the legal basis"] == f"{base}/tests?return=check#public_interest"
    assert len(warned) == 5, "neither colleagues nor organisations, and nobody whom masking knows"
    for link in warned.values():
        target, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in client.open(target).html
    client.open(f"{base}/check")
    assert client.submit(action=f"{base}/submit").h1 == "Request sent"
