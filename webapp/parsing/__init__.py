"""From posted forms to what the rulebook knows, and back: no rule lives here, only shapes and words."""
