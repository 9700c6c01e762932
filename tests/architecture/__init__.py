"""What a reviewer would have to remember, remembered by tests."""
