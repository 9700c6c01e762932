"""What happens on the sandbox's desk, as tests need it: a text arrives, a mail arrives, a phone has an owner."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from patients.models import Clinic, ContactPoint, Patient
from sandbox import exchange, mailbox, testing
from sandbox import mood as moods
from sandbox.models import Mail, Phone

FROM, TO = "+12025550100", "+12025550123"


def arrive(body: str = "Your visit is tomorrow", to: str = TO, sender: str = FROM) -> Phone:
    order = exchange.Order(to=to, sender=sender, service_sid="", body=body, callback_url="")
    exchange.take_on(order, mood=moods.current(), now=timezone.now())
    testing.advance_all(post=testing.Listener())
    return testing.phone(to)


def receive_mail(to: str = "maria@example.org", subject: str = "Su visita mañana") -> Mail:
    mail = EmailMultiAlternatives(subject, "Hola María", "Clinic <clinic@bonewatch.example>", [to])
    mail.attach_alternative("<h1>Hola</h1><script>alert(1)</script>", "text/html")
    mail.attach("visit.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    raw = mail.message().as_bytes().replace(b"\n", b"\r\n")
    return mailbox.keep(raw, envelope_from="clinic@bonewatch.example", recipients=[to], now=timezone.now())


def owned(number: str = TO) -> None:
    clinic = Clinic.objects.create(name="Lakeside Clinic", short_name="Lakeside")
    patient = Patient.objects.create(
        clinic=clinic, mrn="1", given_name="María", family_name="Delgado", timezone="America/Chicago"
    )
    ContactPoint.objects.create(patient=patient, kind="phone", address=number)
    ContactPoint.objects.create(patient=patient, kind="email", address="maria@example.org")


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()
