"""The rulebook: pure functions over frozen data. It is told the time, the actor and every id."""
