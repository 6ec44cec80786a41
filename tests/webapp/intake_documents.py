"""Documents for the tests: the requests of the demo data as another system would send them."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from webapp.intake.document import FORMAT
from webapp.intake.whole import RequestModel
from workflows.core.request import Request, with_answers
from workflows.service.scenario import Scenario, scenarios

Json = dict[str, Any]


def asked(story: Scenario) -> Request:
    """What a request of the data says, every part of it saved."""
    request = Request()
    for _, answers in story.answers:
        request = with_answers(request, answers)
    return dataclasses.replace(request, saved=tuple(task for task, _ in story.answers))


def document(key: str = "S1", *, send: bool = True, reference: str = "", **more: Any) -> Json:
    """A request of the demo data as a document that another system would send."""
    story = scenarios()[key]
    said = RequestModel.from_core(asked(story)).model_dump(mode="json", exclude_none=True)
    return copy.deepcopy(
        {
            "format": FORMAT,
            "source": {"system": "Test system", "reference": reference or f"REF-{key}"},
            "requester": story.requester,
            "requester_organisation": story.requester.partition("@")[2].partition(".")[0],
            "holder": story.holder,
            "workflow": story.workflow,
            "send": send,
            **said,
            **more,
        }
    )
