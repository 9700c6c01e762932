"""The on-call rota around its pure heart: who is on call, who else there is, and where nobody is."""

from alerts.rota.duty import coverage, team, who

__all__ = ["coverage", "team", "who"]
