"""Gatehouse itself: the rules, the definitions, the store and the service. Web and workers are ways in."""
