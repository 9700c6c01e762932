"""The page on which a patient settles what she is sent, and the page that stops all of it."""

from __future__ import annotations

from babel.dates import format_time
from django.http import HttpResponse

from patients.domain.links import LinkScope
from portal import language, preferences
from portal.access import page_for
from portal.opened import Opened

_TASK = "saved"


@page_for(LinkScope.PAGE)
def show(opened: Opened) -> HttpResponse:
    """The settings, each with a form of its own, or what one of those forms says done."""
    if opened.request.method != "POST":
        return _page(opened, said=opened.request.GET.get("said", ""))
    try:
        said = _done(opened)
    except preferences.Unfit as error:
        return _page(opened, said=str(error), faulty=True, status=422)
    return opened.go("preferences/", said=said)


@page_for(LinkScope.PAGE)
def stop(opened: Opened) -> HttpResponse:
    """Ask once whether to stop everything, and do it."""
    if opened.request.method != "POST":
        return opened.page("stop")
    preferences.stop_everything(opened)
    return opened.go("preferences/", said="stopped")


def _done(opened: Opened) -> str:
    """What the form says, done; the name of the words that tell so."""
    act, form = opened.form.get("act", ""), opened.form
    if act == "language":
        preferences.set_language(opened, form.get("language", ""), known=language.offered())
    elif act == "hours":
        preferences.set_hours(opened, form.get("begins", ""), form.get("ends", ""))
    elif act == "first":
        preferences.put_first(opened, form.get("first", ""))
    elif act == "choices":
        posted = opened.request.POST
        preferences.set_choices(opened, posted.getlist("on"), posted.getlist("was"))
    elif act == "detail":
        return preferences.wish_detail(opened, wanted=form.get("detail") == "yes")
    else:
        raise preferences.Unfit("unknown")
    return _TASK


def _page(opened: Opened, *, said: str = "", faulty: bool = False, status: int = 200) -> HttpResponse:
    words, patient = opened.say["preferences"], opened.patient
    contacts = preferences.own_contacts(patient)
    boxes = preferences.choices(contacts)
    form = opened.form
    begins = form.get("begins") if faulty else _clock(patient.messages_from)
    ends = form.get("ends") if faulty else _clock(patient.messages_until)
    context = {
        "notice": words.get(f"said_{said}", ""),
        "faulty": faulty,
        "contacts": [
            {
                "contact": contact,
                "words": f"{words[contact.kind]} {preferences.masked(contact)}",
                "boxes": [
                    {"box": box, "words": words[box.purpose], "what": words[f"{box.purpose}_what"]}
                    for box in boxes
                    if box.contact.pk == contact.pk
                ],
            }
            for contact in contacts
        ],
        "hours": [
            (_clock(each), format_time(each, "short", locale=opened.language).replace("\u202f", " "))
            for each in preferences.hours_offered(opened)
        ],
        "begins": begins,
        "ends": ends,
        "detail_on": patient.detail_agreed_at is not None and opened.clinic.allows_detail,
    }
    return opened.page("preferences", context, status=status)


def _clock(at: object) -> str:
    return f"{at:%H:%M}" if at is not None else ""
