"""The patient's own pages: visits, answers, symptoms, preferences, behind a link and without a login."""
