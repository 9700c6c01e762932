"""The admin as a test walks it: signed in, looking at pages, sending forms back as a browser would."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from patients.models import Patient
from reminders.admin.plan_diff import SHOWN
from reminders.models import Schedule
from reminders.planner import plan_schedules
from tests.support import builders as make


class _Fields(HTMLParser):
    """The values that a page's form would send if nobody touched it."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.values: dict[str, Any] = {}
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.values.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and given.get("type") != "submit" and name:
            self.values[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            # A browser drops the line break that opens a text area.
            self.values[self._area] = self.values[self._area].removeprefix("\r\n").removeprefix("\n")
            self._area = ""


class Desk:
    """Somebody who is signed in and works at the admin."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def see(self, path: str, **query: Any) -> str:
        """A page, which must be there."""
        response = self.client.get(f"/admin/{path}", query)
        if "q" in query and response.status_code == 302:
            # Words do not stay in an address: the way leads to the same page by a key.
            response = self.client.get(response["Location"])
        assert response.status_code == 200, (path, response.status_code)
        return response.content.decode()

    def send(self, path: str, **data: Any) -> HttpResponse:
        """A form's fields, as given; where the page between shows what the plan would become, it is agreed to."""
        response = self.post(path, **data)
        shown = (getattr(response, "context", None) or {}).get("fingerprint")
        return self.post(path, **data, **{SHOWN: shown}) if shown else response

    def post(self, path: str, **data: Any) -> HttpResponse:
        """A form's fields, as given, and whatever page comes back."""
        return cast("HttpResponse", self.client.post(f"/admin/{path}", data))

    def edit(self, path: str, form_id: str, **changes: Any) -> HttpResponse:
        """A page's form sent back with `changes` and nothing else different."""
        return self.send(path, **self.filled(path, form_id) | changes)

    def filled(self, path: str, form_id: str) -> dict[str, Any]:
        """What a page's form holds."""
        fields = _Fields(form_id)
        fields.feed(self.see(path))
        return dict(fields.values)

    def held(self, response: HttpResponse, form_id: str) -> dict[str, Any]:
        """What the form of a page that came back holds."""
        assert response.status_code == 200, response.status_code
        fields = _Fields(form_id)
        fields.feed(response.content.decode())
        return dict(fields.values)

    def told(self, response: HttpResponse) -> str:
        """What the next page says to the person, after a form was taken."""
        assert response.status_code == 302, errors(response)
        following = self.client.get(response["Location"], follow=True)
        return " | ".join(str(message) for message in following.context["messages"])


def errors(response: Any) -> dict[str, list[str]]:
    """Field → what the page says is wrong with it."""
    context = response.context or {}
    form = context["adminform"].form if "adminform" in context else context["form"]
    return {name: [str(error) for error in found] for name, found in form.errors.items()}


def superuser(name: str = "boss") -> Any:
    """Somebody who may do everything."""
    return get_user_model().objects.create_superuser(name, password="pw")


def coming(days: int, clock: str = "09:30") -> str:
    """A day from today (in New York) and a time, as builders write them."""
    day = (timezone.now().astimezone(make.NEW_YORK) + timedelta(days=days)).date()
    return f"{day} {clock}"


def course(owner: Patient | None = None, *, first_in: int = 7, **changes: Any) -> Schedule:
    """A planned schedule whose first visit is so many days from today."""
    made = make.schedule(owner, first=coming(first_in), **changes)
    plan_schedules([made.pk], now=timezone.now())
    return made
