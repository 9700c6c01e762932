"""The pages of one patient beside the form: timeline, why, what comes, reach, standing, writing, the record."""
