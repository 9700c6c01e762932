"""What is decided about staff: the roles, and what each of them may do."""
