"""One suite per family, run over every member of it, the stand-ins included."""
