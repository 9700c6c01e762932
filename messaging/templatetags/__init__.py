"""What templates may ask of messaging."""
