"""Every address of the admin, walked by somebody of another clinic: rows are not there, and no page names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from alerts.models import EscalationPolicy
from patients.models import ContactPoint, Patient
from reminders.models import Visit
from staff.models import Trace
from tests.support.other_clinic import MARKS, fill, outsider

pytestmark = pytest.mark.django_db

#: Rows that belong to no clinic: the catalogue, the rules and their words, and how sending itself is set up.
EVERYBODYS = {
    "auth.group",
    "messaging.codereaction",
    "messaging.sendingpause",
    "messaging.sender",
    "messaging.wordingversion",
    "reminders.reminderrule",
    "reminders.treatment",
    "alerts.alertrule",
    "alerts.warningrule",
}
#: Addresses outside a model's own pages whose parameter names a row: its name → the row.
NAMED: dict[str, type[Model]] = {
    "second_factor_reset": get_user_model(),
    "calendar_move": Visit,
    "reminders_contact_consent": ContactPoint,
    "reminders_contact_try_again": ContactPoint,
    "portal_link_send": Patient,
    "portal_link_revoke_all": Patient,
}
#: Where there is nothing to walk: signing in and out, and what leads elsewhere by its nature.
ASIDE = {"logout", "login", "session", "view_on_site", "jsi18n", "second_factor_code", "second_factor_enrol"}
NO_SUCH_ROW = 999_999_999
#: Parameters that choose a kind of page, not a row.
KINDS = {"kind": "pause", "template": "visit_confirm", "code": "review", "language": "en", "number": "1"}


def addresses(patterns: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Route and name of every page below `prefix`."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield prefix + str(one.pattern), one.name or ""


def pages() -> list[tuple[str, str]]:
    found = [(route, name) for route, name in addresses(get_resolver().url_patterns) if route.startswith("admin/")]
    return [(route, name) for route, name in found if name not in ASIDE and "(?P<" not in route]


def model_of(route: str, name: str) -> type[Model] | None:
    """Whose row the parameter of an address names."""
    if name in NAMED:
        return NAMED[name]
    app, model, *_ = [*route.removeprefix("admin/").split("/"), "", ""]
    return next((m for m in admin.site._registry if (m._meta.app_label, m._meta.model_name) == (app, model)), None)


def filled(route: str, pk: Any) -> str:
    """The address with its parameters in place."""
    last = Trace.objects.order_by("-pk").values_list("pk", flat=True).first() or 1

    def value(match: re.Match[str]) -> str:
        name = match[1].rpartition(":")[2]
        if name in KINDS:
            return KINDS[name]
        return str(last) if name == "trace" else str(pk)

    return "/" + re.sub(r"<([^>]+)>", value, route)


@pytest.fixture
def client_of_another(client: Client) -> Client:
    fill()
    client.force_login(outsider())
    return client


def test_a_row_of_another_clinic_is_not_there_at_any_address(client_of_another: Client) -> None:
    walked, there = 0, []
    for route, name in pages():
        if "<" not in route:
            continue
        model = model_of(route, name)
        assert model is not None, f"{name or route}: whose row is it? Say so in NAMED"
        if model._meta.label_lower in EVERYBODYS:
            continue
        rows = model._default_manager.all()
        rows = rows.exclude(username="outsider") if model._meta.model_name == "user" else rows
        rows = rows.exclude(name="Elsewhere") if model._meta.model_name == "clinic" else rows
        rows = rows.exclude(actor__username="outsider") if model is Trace else rows
        rows = rows.filter(clinic__isnull=False) if model is EscalationPolicy else rows
        row = rows.first()
        if "/new/" in route:
            continue
        assert row is not None, f"{model._meta.label}: fill() makes none, so nothing is proved"
        for ask in (client_of_another.get, client_of_another.post):
            theirs, nobodys = (ask(filled(route, pk), follow=True).status_code for pk in (row.pk, NO_SUCH_ROW))
            walked += 1
            # Without the right to the deed itself, any row is refused; with it, theirs is as little there as none.
            if theirs != nobodys or theirs not in (403, 404, 405):
                there.append((name or route, ask.__name__, theirs, nobodys))
    assert not there, there
    assert walked > 250


def test_no_page_names_anything_of_another_clinic(client_of_another: Client) -> None:
    walked, named = 0, []
    for route, name in pages():
        if "<" in route and "/new/" not in route:
            continue
        response = client_of_another.get(filled(route, ""), follow=True)
        if response.status_code in (403, 404, 405):
            continue
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        walked += 1
        named += [(name or route, mark) for mark in MARKS if mark in body.decode(errors="replace")]
    assert not named, named
    assert walked > 60


def test_no_choice_offers_a_row_of_another_clinic(client_of_another: Client) -> None:
    asked = 0
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if not (field.many_to_one and field.concrete and field.related_model in admin.site._registry):
                continue
            query: dict[str, str] = {
                "app_label": model._meta.app_label,
                "model_name": str(model._meta.model_name),
                "field_name": field.name,
                "term": "",
            }
            response = client_of_another.get("/admin/autocomplete/", query, follow=True)
            asked += 1
            assert not [mark for mark in MARKS if mark in response.content.decode()], query
    assert asked > 20


def test_every_page_of_rows_says_whose_they_are(client_of_another: Client) -> None:
    """A page that names no clinic and is not on the list of what is everybody's has been forgotten."""
    forgotten = []
    for model, page in admin.site._registry.items():
        scoped = getattr(page, "clinic_path", None) or "scoped" in vars(type(page))
        if not scoped and model._meta.label_lower not in EVERYBODYS:
            forgotten.append(model._meta.label)
    assert forgotten == []
