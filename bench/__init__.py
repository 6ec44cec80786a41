"""Measures the speed of Gatehouse against floors on the same database in the same run. Never a timed test."""
