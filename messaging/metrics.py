"""What messaging counts for Prometheus. Labels are kinds and codes; never an address, never a text."""

from __future__ import annotations

from prometheus_client import Counter

MESSAGES = Counter(
    "bonewatch_messages_total", "Messages by where a try has left them.", ["channel", "purpose", "status"]
)
PROVIDER_CODES = Counter("bonewatch_provider_codes_total", "Codes that providers answered.", ["code", "known"])
MAILS_IN = Counter("bonewatch_mails_in_total", "Mails that came in, by what they are.", ["kind", "known"])
RECEIPTS = Counter("bonewatch_receipts_total", "Delivery receipts by what they changed.", ["result"])
WEBHOOKS_REFUSED = Counter("bonewatch_webhooks_refused_total", "Calls without a valid signature.", ["hook"])
INBOUND = Counter("bonewatch_inbound_total", "Texts of people by what became of them.", ["disposition"])
HANDLER_ERRORS = Counter("bonewatch_inbound_handler_errors_total", "Inbound handlers that broke.", ["handler"])
CONSENT = Counter("bonewatch_consent_total", "Entries in the consent ledger.", ["granted", "source"])
LEASES_ENDED = Counter("bonewatch_leases_ended_total", "Rows that a dead worker left behind.", ["status"])
DOUBTS_RESOLVED = Counter("bonewatch_doubts_resolved_total", "Messages in doubt by how it ended.", ["outcome"])
LOOKS = Counter("bonewatch_looks_total", "Looks at what the carrier took and did not report, by outcome.", ["outcome"])
