"""How anything leaves and arrives: outbox, channels, receipts, inbound texts, consent, wording."""
