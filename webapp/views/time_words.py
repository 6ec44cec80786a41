"""What the words about time mean: said on the page of a request's dates and in the help, in the same words."""

from __future__ import annotations

TIME_DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        "Age",
        (
            "The working days since the request was sent: those after that day, up to and with today. It grows "
            "while a clock is paused too."
        ),
    ),
    (
        "Waiting",
        "How long the request has been at its present stage. Whoever has the next move has had it for that long.",
    ),
    (
        "Paused",
        (
            "While a question waits for the requester’s answer, the holder’s time stands still and the "
            "requester’s own time runs. With the answer the holder’s time goes on where it stood. If no answer "
            "comes for as long as the workflow waits, the question goes back to who asked it, and the holder’s "
            "time goes on without it."
        ),
    ),
    (
        "Extended",
        (
            "More time was given, with a reason, by somebody whom the workflow lets do so, up to its limit. The "
            "due date is worked out again; what was said of an earlier lateness stays on record."
        ),
    ),
    ("Due soon", "Three quarters of the time have passed."),
    (
        "Late",
        (
            "The due moment has passed and the stage is not done. It stays on record, and people further up are "
            "told one after another. A late request is still answered."
        ),
    ),
    ("In time", "The stage was done at its due moment or before."),
    (
        "Working day",
        (
            "Monday to Friday, except bank holidays in the nation of the organisation that holds the information:"
            " England and Wales, Scotland, or Northern Ireland. A workflow for freedom of information leaves out "
            "the bank holidays of every part of the United Kingdom."
        ),
    ),
    (
        "Working hour",
        "An hour in which the organisation’s service is open. Nights, closed days and bank holidays do not count.",
    ),
    (
        "Due",
        (
            "The moment by which a stage should be done. The day on which a request arrives at a stage is not "
            "counted. A time in days ends at 5pm on its last day unless the workflow says another hour. A time in"
            " hours runs day and night. A change to summer or winter time moves no time in days."
        ),
    ),
)

CALENDAR_TITLES = {
    "england-and-wales": "England and Wales",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
    "foi": "Every part of the United Kingdom (freedom of information)",
}
