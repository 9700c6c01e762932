"""Who we serve: clinics, patients, the phones and mailboxes that reach them, and what staff owes them."""
