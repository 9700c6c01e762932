"""The clinic at a glance: home of each role, calendar, timeline, bulk work, setting up, records to hand out."""
