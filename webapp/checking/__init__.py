"""Answers of CP-IS from elsewhere: files that people bring, and the national interface. A person records each."""
