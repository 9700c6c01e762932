"""What templates may ask of red flags."""
