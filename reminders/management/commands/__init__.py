"""One file for each command; each reads the clock and hands it on."""
