"""What templates of the admin ask this room for."""
