"""A whole request as one JSON document: what it may hold, how it is read, and what is wrong with one."""
