"""The first page of the admin: a coordinator's day, a nurse's red flags, a manager's figures."""
