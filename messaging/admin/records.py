"""What staff see of messages, texts and consent: everything, and nothing to change by hand."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from messaging import scope
from messaging.admin.filters import EndingFilter, LanguageFilter, TroubleFilter
from messaging.admin.held import held_page
from messaging.admin.queue import queue_page
from messaging.admin.suppression import suppression_page
from messaging.domain.delivery import Status
from messaging.models import Attempt, ConsentEvent, InboundMessage, Message, Receipt, WordingVersion
from staff.admin.base import PageAdmin
from staff.admin.paging import QuickPages
from staff.looks import LooksAreNoted

#: How urgently a state asks to be looked at.
LABELS = {
    Status.PLANNED.value: "info",
    Status.CLAIMED.value: "info",
    Status.SUBMITTING.value: "info",
    Status.ACCEPTED.value: "info",
    Status.SENT.value: "success",
    Status.DELIVERED.value: "success",
    Status.IN_DOUBT.value: "warning",
    Status.HELD.value: "warning",
    Status.EXPIRED.value: "warning",
    Status.SUPPRESSED.value: "warning",
    Status.UNDELIVERED.value: "danger",
    Status.FAILED.value: "danger",
}


class ReadOnly:
    """For looking at. What happened is not edited; what should happen is decided elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AttemptInline(ReadOnly, TabularInline):
    """Every try, in order."""

    model = Attempt
    verbose_name_plural = _("tries")
    fields = ["number", "started_at", "finished_at", "outcome", "error_code", "provider_id", "worker"]
    extra = 0
    tab = False
    hide_title = True


class ReceiptInline(ReadOnly, TabularInline):
    """Every word of the provider, in order of arrival."""

    model = Receipt
    fields = ["received_at", "word", "status", "error_code", "applied", "provider_id"]
    extra = 0
    tab = False
    hide_title = True


@admin.register(Message)
class MessageAdmin(LooksAreNoted, ReadOnly, QuickPages, PageAdmin):
    """The outbox."""

    shows_address = "address"
    list_display = ["shown_status", "due_at", "channel", "address", "template", "purpose", "shown_reason", "attempts"]
    list_filter = ["status", "channel", "purpose", "urgency", LanguageFilter, TroubleFilter, "due_at"]
    list_filter_submit = False
    search_fields = ["^key", "=uuid", "address", "=provider_id"]
    search_help_text = _("Address, key, uuid, or the carrier's name for it")
    # By id: newest first without a sort of all that was ever sent.
    ordering = ["-id"]
    list_per_page = 50
    # Counting all rows at every look costs more than the look.
    show_full_result_count = False
    inlines = [AttemptInline, ReceiptInline]
    readonly_fields = ["shown_words"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("status", "error_code"),
                    "reason",
                    ("channel", "address"),
                    "sender",
                    "subject",
                    "body",
                    "withdrawn",
                ]
            },
        ),
        (
            _("When"),
            {
                "fields": [
                    ("wanted_at", "created_at"),
                    ("due_at", "expires_at"),
                    ("submitted_at", "accepted_at"),
                    "finished_at",
                ]
            },
        ),
        (
            _("What for"),
            {
                "fields": [
                    ("purpose", "urgency"),
                    ("template", "shown_words", "language"),
                    ("segments", "attempts"),
                    "calendar",
                ]
            },
        ),
        (_("Names"), {"fields": ["key", "uuid", "provider_id", ("claimed_by", "lease_until")]}),
    ]

    def scoped(self, request: HttpRequest, rows: QuerySet[Message]) -> QuerySet[Message]:
        """Messages know no clinic; whose they are is known above."""
        return scope.of_messages(rows, request.user)

    def get_urls(self) -> list[URLPattern]:
        """And the queue, and what the flood guard holds."""
        view = self.admin_site.admin_view
        own = [
            path("queue/", view(queue_page), name="messaging_message_queue"),
            path("held/", view(held_page), name="messaging_message_held"),
        ]
        return [*own, *super().get_urls()]

    @display(description=_("status"), ordering="status", label=LABELS)
    def shown_status(self, message: Message) -> tuple[str, str]:
        return message.status, message.get_status_display()

    @display(description=_("version of its words"))
    def shown_words(self, message: Message) -> str:
        number = message.template_version
        version = None
        if number.isascii() and number.isdigit():
            version = WordingVersion.objects.filter(name=message.template, number=int(number)).first()
        if version is None:
            return number or "–"
        address = reverse("admin:messaging_wordingversion_change", args=[version.pk])
        return format_html('<a class="bw-link" href="{}">version {}</a>', address, number)

    @display(description=_("why"), ordering="reason")
    def shown_reason(self, message: Message) -> str:
        return f"{message.reason} ({message.error_code})" if message.error_code and message.reason else message.reason


@admin.register(InboundMessage)
class InboundMessageAdmin(LooksAreNoted, ReadOnly, QuickPages, PageAdmin):
    """Texts of people, newest first."""

    shows_address = "from_address"
    list_filter_submit = False
    list_display = ["received_at", "from_address", "shown_disposition", "shown_body", "handled_at"]
    list_filter = [EndingFilter, "opt_out_type", "received_at"]
    search_fields = ["from_address", "=provider_id"]
    search_help_text = _("Phone number, or the carrier's name for the text")
    ordering = ["-received_at", "-id"]
    list_per_page = 50
    show_full_result_count = False

    def scoped(self, request: HttpRequest, rows: QuerySet[InboundMessage]) -> QuerySet[InboundMessage]:
        """By the conversations that they stand in."""
        return scope.of_texts(rows, request.user)

    @display(description=_("what became of it"), ordering="disposition", label=True)
    def shown_disposition(self, message: InboundMessage) -> str:
        words: str = import_string(settings.TEXT_ENDINGS)(message.disposition)
        return words

    @display(description=_("text"))
    def shown_body(self, message: InboundMessage) -> str:
        return message.body if len(message.body) <= 80 else message.body[:79] + "…"


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnly, QuickPages, PageAdmin):
    """The consent ledger, newest first."""

    list_filter_submit = False
    list_display = ["recorded_at", "address", "purpose", "shown_word", "source", "wording_version", "recorded_by"]
    list_filter = ["purpose", "granted", "source", LanguageFilter, "unencrypted_ok", "recorded_at"]
    search_fields = ["address"]
    search_help_text = _("Phone number or mailbox")
    ordering = ["-recorded_at", "-id"]
    list_per_page = 50
    show_full_result_count = False

    def scoped(self, request: HttpRequest, rows: QuerySet[ConsentEvent]) -> QuerySet[ConsentEvent]:
        """By the address that agreed or did not."""
        return scope.of_addresses(rows, request.user)

    def get_urls(self) -> list[URLPattern]:
        """And those who said no."""
        page = self.admin_site.admin_view(suppression_page)
        return [path("suppressed/", page, name="messaging_consentevent_suppressed"), *super().get_urls()]

    @display(description=_("said"), ordering="granted", label={"yes": "success", "no": "danger"})
    def shown_word(self, event: ConsentEvent) -> str:
        return "yes" if event.granted else "no"
