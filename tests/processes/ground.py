"""What a browser test needs beside the pages: the demo's people, and cases brought to a stage through the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.builders import House, build
from tests.processes.product import Product
from workflows.service.casework import Casework
from workflows.service.demo import people
from workflows.service.library import Library
from workflows.service.office import Office
from workflows.service.scenario import Cast, Scenario, moved, scenarios
from workflows.service.unit_of_work import make_engine
from workflows.settings import Settings

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Ground:
    """The product's own services over its database, held by the test."""

    house: House
    office: Office

    @classmethod
    def over(cls, product: Product) -> Ground:
        """The ground of a running product."""
        settings = Settings.from_env(product.settings)
        engine = make_engine(settings.database_url, name="gatehouse-browser-tests")
        office = Office(engine, secret=settings.secret_key)
        found = {person.email: office.find(person.email) for person in people()}
        cast = Cast(
            {email: person for email, person in found.items() if person is not None},
            {organisation.key: organisation for organisation in office.organisations()},
        )
        return cls(House(engine, Casework(engine), cast), office)

    def close(self) -> None:
        """Let go of the database."""
        self.house.engine.dispose()

    @property
    def now(self) -> datetime:
        """The product's time."""
        return self.office.now()

    def story(self, key: str) -> Scenario:
        """A request of the data, moved by whole weeks so that what lay ahead when it was written lies ahead now."""
        weeks = (self.now - scenarios()[key].submitted) // timedelta(weeks=1) + 1
        return moved(key, days=7 * weeks)

    def brought(self, key: str, *, upto: str, ago: timedelta = timedelta(minutes=5)) -> str:
        """A case of its own for a test, played to a stage with all its steps ``ago``; its id."""
        at = self.now - ago
        steps = [at + timedelta(seconds=n + 1) for n in range(6)]
        return build(self.house, key, upto=upto, submitted=at, times=steps)

    def two_working_days_begin(self) -> None:
        """Move the product's clock on to ten in the morning of a working day that another one follows."""
        calendar = Library().calendar("england-and-wales")
        day = self.now.astimezone(LONDON).date() + timedelta(days=1)
        while not (calendar.is_working_day(day) and calendar.is_working_day(day + timedelta(days=1))):
            day += timedelta(days=1)
        self.office.move_clock(datetime.combine(day, time(10), LONDON) - self.now)

    def reference(self, case_id: str) -> str:
        """The reference of a case."""
        return self.house.case(case_id).reference
