"""What the desk decides: states of bulk work, shapes of calendars and timelines."""
