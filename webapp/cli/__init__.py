"""The same from a shell: ``gatehouse COMMAND`` and ``python -m webapp.cli COMMAND``.

One module per group of commands. Every click command or group that stands in a module of this package is added;
groups of the same name become one. Commands get the product from ``webapp.cli.ground.opened()``.
"""
