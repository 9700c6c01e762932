"""What a reviewer would have to remember about the ladder, remembered by numbered system checks."""
