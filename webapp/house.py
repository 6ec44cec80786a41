"""What the web holds of the product: its settings and the services, one set per process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from webapp.checking.source import CpisSource
from workflows.service.casework import Casework
from workflows.service.office import Office
from workflows.service.unit_of_work import Engine
from workflows.settings import Settings

_KEY = "gatehouse"


@dataclass(frozen=True, slots=True)
class House:
    """The services that views may call."""

    settings: Settings
    engine: Engine
    office: Office
    casework: Casework
    cpis: CpisSource | None = None
    """Where CP-IS can be asked, if it can be."""


def furnish(app: Flask, house: House) -> None:
    """Give the application its services."""
    app.extensions[_KEY] = house


def house() -> House:
    """The services of the running application."""
    return cast(House, current_app.extensions[_KEY])
