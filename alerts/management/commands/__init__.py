"""Commands of red flags: what operators and checks from outside call."""
