"""Pages. Every module here that has a ``blueprint`` is registered; every route says @public or @signed_in."""
