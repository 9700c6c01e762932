"""What reminders notice of patients: a change of status or zone re-plans every schedule of theirs at once."""
