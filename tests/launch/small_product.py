"""A product of a few lines in a checkout of its own: what `up` starts, without what it is for.

So that these tests say whether the *starting* works, whatever state the product itself is in. The real product
is started by tests/launch/test_whole_product.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.launch.starting import ROOT

FILES = {
    "launch/assets.py": """
def build(root):
    (root / "assets-built").write_text("yes")
""",
    "webapp/__init__.py": """
import os
from pathlib import Path

def create_app():
    def answer(environ, start):
        sick = (Path(os.environ["GATEHOUSE_HOME"]) / "run" / "sick").exists()
        start("503 Service Unavailable" if sick else "200 OK", [("Content-Type", "text/plain")])
        return [b"sick" if sick else str(os.getpid()).encode()]
    return answer
""",
    "webapp/cli.py": """
import json, os, sys
import psycopg

words = sys.argv[1:]
with psycopg.connect(os.environ["GATEHOUSE_DATABASE_URL"]) as connection:
    if words == ["db", "upgrade"]:
        if os.environ.get("GATEHOUSE_MAIL_FROM") == "broken@broken.example":
            sys.exit("the wombat is in the way of the migration")
        connection.execute("CREATE TABLE IF NOT EXISTS starts (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO starts DEFAULT VALUES")
    elif words == ["demo", "seed"]:
        print("1 organisation")
    elif words == ["demo", "people", "--json"]:
        print(json.dumps([
            {"role": "Requester", "name": "Ann", "email": "ann@a.example", "organisation": "School"},
            {"role": "Requester", "name": "Abe", "email": "abe@a.example", "organisation": "School"},
            {"role": "Guardian", "name": "Gwen", "email": "gwen@t.example", "organisation": "Trust"},
        ]))
""",
    "workers/__init__.py": "",
    "workers/celery_app.py": """
import os
from celery import Celery

app = Celery("small", broker=os.environ["GATEHOUSE_REDIS_URL"])
""",
}


def lay_out(folder: Path) -> Path:
    """Write the small product and a copy of the launcher into a folder; return it."""
    shutil.copytree(ROOT / "launch", folder / "launch", ignore=shutil.ignore_patterns("__pycache__", "assets.py"))
    (folder / "workflows").mkdir()
    shutil.copy2(ROOT / "workflows" / "__init__.py", folder / "workflows" / "__init__.py")
    shutil.copy2(ROOT / "workflows" / "settings.py", folder / "workflows" / "settings.py")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return folder
