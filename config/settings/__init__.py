"""Settings: base for all, local for `make run`, test for the suite, production for a clinic."""
