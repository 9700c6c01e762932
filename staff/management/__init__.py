"""What an operator types about staff."""
