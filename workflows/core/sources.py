"""Where a statement about the law was read, and how sure it is. Titles only; the words are our own.

What is not confirmed is shown as such until a practitioner has checked it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A published source. ``confirmed`` is False for what is generally known but was not read in the source."""

    title: str
    confirmed: bool = True


PARAGRAPH_18 = Source("Data Protection Act 2018, Schedule 1, paragraph 18")
PARAGRAPH_18_ADULT = Source("Data Protection Act 2018, Schedule 1, paragraph 18 (at risk); compare Care Act 2014, s.42")
POLICY_DOCUMENT = Source("Data Protection Act 2018, Schedule 1, Part 4 (appropriate policy document)", confirmed=False)
SCHEDULE_1 = Source("Data Protection Act 2018, Schedule 1, Parts 1 and 2")
ARTICLE_6 = Source("UK GDPR, Article 6(1)")
ARTICLE_6_LEGAL = Source("ICO, law-enforcement data sharing report: the obligation is laid down in law")
ARTICLE_6_PUBLIC_CONSENT = Source("UK GDPR, Article 6(1)(a), and the imbalance of power", confirmed=False)
ARTICLE_6_VITAL = Source("UK GDPR, Articles 6(1)(d) and 9(2)(c)", confirmed=False)
ARTICLE_6_INTERESTS = Source("UK GDPR, Article 6(1)(f): not for a public authority's tasks", confirmed=False)
RECOGNISED_INTEREST = Source("UK GDPR, Article 6(1)(ea) and Annex 1, paragraph 6; ICO, safeguarding condition")
ARTICLE_9 = Source("UK GDPR, Article 9(2)")
ARTICLE_10 = Source("UK GDPR, Article 10", confirmed=False)
PART_3 = Source("Data Protection Act 2018, Part 3 and Schedule 8")
TWO_CONSENTS = Source("RCGP, Safeguarding toolkit, Part 5")
COMMON_LAW = Source("UK Caldicott Guardian Council, manual: consent, required by law, or public interest")
DUTY = Source("Children Act 2004, s.16LA, inserted by the Children's Wellbeing and Schools Act 2026, s.4")
DUTY_START = Source("Essex Safeguarding Children Board, on the information sharing duty", confirmed=False)
