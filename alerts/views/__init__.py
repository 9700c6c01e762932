"""What the outside sees of red flags: a nurse's page without a login, and the words of a call."""
