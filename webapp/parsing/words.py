"""What the codes of a request are called on pages. Codes that are not listed are shown as they stand."""

from __future__ import annotations

from collections.abc import Mapping

PERSON_ROLES: Mapping[str, str] = {
    "data_subject": "The information is about this person",
    "protected": "Sharing would protect or support this person",
}
"""Why a person is in a request, as its form offers it."""
IN_THE_CASE: Mapping[str, str] = {
    **PERSON_ROLES,
    "best_placed": "May be best placed to protect somebody",
    "applicant": "Made the application",
}
"""The same with what only an application tells."""
CAPACITY: Mapping[str, str] = {
    "assumed": "Assumed: nothing suggests otherwise",
    "assessed_has_capacity": "Assessed: can decide about this",
    "assessed_lacks_capacity": "Assessed: cannot decide about this",
    "not_known": "Not known",
}
COMPETENCE: Mapping[str, str] = {
    "gillick_assessed": "Assessed: understands enough to decide about this",
    "gillick_not_competent": "Assessed: does not yet understand enough to decide",
    "not_assessed": "Not assessed",
}
CONSENT_STATES: Mapping[str, str] = {
    "given": "Given",
    "refused": "Refused",
    "withdrawn": "Given, then withdrawn",
    "not_sought": "Not asked for",
    "cannot_be_given": "Cannot be given",
    "not_the_basis": "Not what we rely on",
}
CONSENT_KINDS: Mapping[str, str] = {
    "uk_gdpr": "Consent under data protection law (UK GDPR)",
    "common_law": "Consent to share what was told in confidence (common law)",
}
CONSENT_HOW: Mapping[str, str] = {
    "written": "In writing",
    "verbal": "By word of mouth, noted at the time",
    "electronic": "Electronically",
}
GIVEN_BY: Mapping[str, str] = {
    "data_subject": "The person herself or himself",
    "parental_responsibility": "Somebody with parental responsibility",
    "attorney": "An attorney for health and welfare",
    "deputy": "A deputy of the Court of Protection",
}
QUALITY: Mapping[str, str] = {
    "freely_given": "Freely given: a no would have had no bad consequence",
    "specific": "Specific: about these items, for this purpose, to these named organisations",
    "informed": "Informed: the person knew who would use it, for what, and that consent can be taken back",
}
NECESSARY_FOR: Mapping[str, str] = {
    "protect": "To protect somebody from neglect or from physical, mental or emotional harm",
    "well_being": "To protect somebody's physical, mental or emotional well-being",
}
PRESSURE: Mapping[str, str] = {
    "none_seen": "No sign of pressure",
    "not_known": "Not known",
}
GROUNDS: Mapping[str, str] = {
    "would_prejudice_protection": "Asking would put somebody's protection at risk",
    "cannot_reasonably_be_obtained": "We cannot reasonably be expected to get it",
    "cannot_be_given": "The person cannot give it",
}
ARTICLE_6: Mapping[str, str] = {
    "6(1)(e)": "Public task",
    "6(1)(c)": "Legal obligation",
    "6(1)(d)": "Vital interests",
    "6(1)(a)": "Consent",
    "6(1)(ea)": "Recognised legitimate interest",
    "6(1)(f)": "Legitimate interests",
}
ARTICLE_9: Mapping[str, str] = {
    "9(2)(g)": "Substantial public interest",
    "9(2)(h)": "Health or social care",
    "9(2)(b)": "Social protection law",
    "9(2)(c)": "Vital interests, where the person cannot consent",
    "9(2)(a)": "Explicit consent",
    "9(2)(f)": "Legal claims or courts",
    "9(2)(i)": "Public health",
}
SCHEDULE_1: Mapping[str, str] = {
    "para 18": "Safeguarding of children and of individuals at risk",
    "para 6": "Statutory and government purposes",
    "para 10": "Preventing or detecting unlawful acts",
    "para 19": "Safeguarding of economic well-being",
    "para 2": "Health or social care purposes",
    "para 1": "Employment, social security and social protection",
    "para 3": "Public health",
}
COMMON_LAW: Mapping[str, str] = {
    "consent": "The person consents",
    "required_by_law": "The law requires it",
    "public_interest": "The public interest outweighs confidentiality",
    "not_confidential": "Nothing was told in confidence",
}
REGIMES: Mapping[str, str] = {
    "uk_gdpr": "UK GDPR only",
    "part_3_then_uk_gdpr": "Held for law enforcement (Part 3), then UK GDPR when it is shared",
    "part_3": "Law enforcement on both sides (Part 3)",
}


def coded(code: str, words: Mapping[str, str]) -> str:
    """A code with its words, as in "6(1)(e): Public task"; nothing for no code."""
    return f"{code}: {words[code]}" if code in words else code


def said(code: str, words: Mapping[str, str]) -> str:
    """Only the words of a code."""
    return words.get(code, code)
