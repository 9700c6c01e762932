"""The line of time of one patient: a reader for each source, merged by desk/domain/timeline.py."""
