"""What reminders decide, tested without a database."""
