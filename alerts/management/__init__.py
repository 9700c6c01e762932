"""Commands of red flags."""
