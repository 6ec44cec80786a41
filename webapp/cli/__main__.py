"""``python -m webapp.cli``."""

from __future__ import annotations

import sys

from webapp.cli.group import main

if __name__ == "__main__":
    sys.exit(main())
