"""What staff see of a patient's links on the patient's admin page: who got one, when it was opened, does it open."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from patients import links
from patients.admin.clock import clock
from patients.domain.links import LinkScope, Standing
from patients.models import Patient
from patients.panels import Panel

LAST_LINKS = 12
_SCOPES = {
    LinkScope.PAGE: lazy("The patient’s page"),
    LinkScope.CAREGIVER: lazy("A caregiver’s page: visits and symptoms"),
    LinkScope.CALENDAR: lazy("Calendar of visits"),
}


def page_links(patient: Patient, now: datetime) -> Panel:
    """The last links, and the ways to send one and to revoke them. The links themselves are shown to nobody."""
    found = list(patient.links.select_related("contact", "patient").order_by("-made_at", "-pk")[:LAST_LINKS])
    zone = patient.clinic.zone
    rows = []
    for link in found:
        stands = links.standing_of(link, now=now)
        rows.append(
            {
                "link": link,
                "what": _SCOPES[LinkScope(link.scope)],
                "to": str(link.contact) if link.contact else _("a contact that is gone"),
                "made": clock(link.made_at, zone),
                "opened": clock(link.opened_at, zone),
                "until": clock(link.expires_at, zone),
                "opens": stands in (Standing.OPEN, Standing.SHUT),
                "stands": _("Revoked: %(revoked_why)s") % {"revoked_why": link.revoked_why}
                if stands is Standing.REVOKED
                else stands.label,
                "colour": {Standing.OPEN: "ok", Standing.SHUT: "warning"}.get(stands, "none"),
            }
        )
    last = max((link.opened_at for link in found if link.opened_at), default=None)
    return Panel(
        key="page",
        title=_("The patient’s own page"),
        template="admin/portal/panel_links.html",
        context={"rows": rows, "patient": patient, "contacts": [c for c in patient.contacts.all() if c.is_usable]},
        summary=_("own page last opened %(last)s") % {"last": clock(last, zone)} if last else "",
    )
