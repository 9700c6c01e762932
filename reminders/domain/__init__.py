"""What reminders decide, as plain values: when visits fall, what is sent when, and whether it still should be."""
