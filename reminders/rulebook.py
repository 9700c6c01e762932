"""Which rungs of the ladder apply to which treatment, read once for a whole batch."""

from __future__ import annotations

from collections import defaultdict

from reminders.domain.plan import Rule
from reminders.models import ReminderRule, Treatment


class RuleBook:
    """The active ladder. A treatment's own rule, even one switched off, replaces its route's of the same code."""

    def __init__(self, rules: list[ReminderRule]) -> None:
        self._by_route: dict[str, list[ReminderRule]] = defaultdict(list)
        self._by_treatment: dict[int, list[ReminderRule]] = defaultdict(list)
        for rule in rules:
            if rule.treatment_id is not None:
                self._by_treatment[rule.treatment_id].append(rule)
            else:
                self._by_route[rule.route].append(rule)
        self._known: dict[int, tuple[Rule, ...]] = {}

    @classmethod
    def load(cls) -> RuleBook:
        """The ladder as it stands in the database now."""
        return cls(list(ReminderRule.objects.all()))

    def rules_for(self, treatment: Treatment) -> tuple[Rule, ...]:
        """The rungs for one treatment, as planning reads them."""
        if treatment.pk not in self._known:
            own = self._by_treatment[treatment.pk]
            replaced = {rule.code for rule in own}
            general = [rule for rule in self._by_route[treatment.route] if rule.code not in replaced]
            self._known[treatment.pk] = tuple(rule.as_rule() for rule in [*general, *own] if rule.is_active)
        return self._known[treatment.pk]
