"""What came from the patient's side: texts and mails from these addresses, and each yes and no to messages."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.domain.timeline import Entry, Kind, Place
from desk.timeline.keyset import Source, Subject
from inbox.domain.words import in_words
from messaging.admin.message_words import PURPOSES, SOURCES
from messaging.models import ConsentEvent, InboundMessage

REPLIES, CONSENT = 5, 8


def _replies(subject: Subject) -> QuerySet[InboundMessage]:
    rows = InboundMessage.objects.filter(from_address__in=subject.addresses)
    # Words written on a patient's own page are that patient's, whoever else has the phone.
    rows = rows.filter(Q(on_behalf_of="") | Q(on_behalf_of=str(subject.patient.pk)))
    return rows.annotate(moment=F("received_at"))


def _show_replies(rows: Sequence[InboundMessage], subject: Subject) -> list[Entry]:
    entries = []
    for row in rows:
        notes = []
        if row.media_count:
            notes.append(
                ngettext(
                    "%(count)d picture, kept by the carrier", "%(count)d pictures, kept by the carrier", row.media_count
                )
                % {"count": row.media_count}
            )
        if row.from_address in subject.shared and not row.on_behalf_of:
            notes.append(_("a shared phone: somebody else may have written"))
        entries.append(
            Entry(
                kind=Kind.REPLY,
                place=Place(row.received_at, REPLIES, row.pk),
                title=_("From %(whom)s, %(how)s")
                % {"whom": subject.names.get(row.from_address, ""), "how": row.get_source_display()},
                chip=_("not read yet") if row.handled_at is None else in_words(row.disposition),
                colour="warning" if row.disposition in ("", "inbox") else "info",
                notes=notes,
                words=row.body or _("(no words)"),
                theirs=True,
                link=reverse("admin:messaging_inboundmessage_change", args=[row.pk]),
            )
        )
    return entries


def _consents(subject: Subject) -> QuerySet[ConsentEvent]:
    return ConsentEvent.objects.filter(address__in=subject.keys).annotate(moment=F("recorded_at"))


def _show_consents(rows: Sequence[ConsentEvent], subject: Subject) -> list[Entry]:
    return [
        Entry(
            kind=Kind.CONSENT,
            place=Place(row.recorded_at, CONSENT, row.pk),
            title=(_("Yes to %(what)s") if row.granted else _("No to %(what)s")) % {"what": PURPOSES[row.purpose]},
            chip=_("agreed") if row.granted else _("refused"),
            colour="ok" if row.granted else "bad",
            notes=[
                note
                for note in (
                    str(SOURCES[row.source]),
                    _("recorded by %(who)s") % {"who": row.recorded_by} if row.recorded_by else "",
                )
                if note
            ],
            words=row.wording,
            who=subject.names.get(row.address, ""),
            theirs=row.source in ("text", "page", "mail"),
            link=reverse("admin:messaging_consentevent_change", args=[row.pk]),
        )
        for row in rows
    ]


SOURCES_OF_WORDS = (
    Source(Kind.REPLY, REPLIES, _replies, _show_replies),
    Source(Kind.CONSENT, CONSENT, _consents, _show_consents),
)
