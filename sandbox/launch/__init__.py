"""The launcher of `make run`: a real Redis, prepared databases, and the processes of the Procfile."""
