"""A practitioner's own knowledge in words."""

from __future__ import annotations

from clinic.lib.loose import Context
from clinic.people.models import User
from treatments.clinic_knowledge import planner_knowledge
from treatments.library.presenters import own_points
from treatments.library.presenters.words import does_words, when_words
from treatments.models import OwnEntry, RuleOff
from treatments.own_points import knowledge_with
from treatments.planner.knowledge.point_groups import write_group
from treatments.planner.knowledge.switching import may_be_off
from treatments.plans import own_entries


def own_page(owner: User) -> Context:
    """What this person keeps, and what the clinic turned off: on this page and in its file."""
    knowledge = planner_knowledge()
    rules = {rule.id: rule for rule in knowledge.every_rule()}
    favourites = own_entries.all_kept(owner, OwnEntry.Kind.FAVOURITE)
    points = knowledge_with(str(one.body["code"]) for one in favourites).points
    off = RuleOff.objects.filter(on_at__isnull=True).select_related("off_by")
    return {
        "groups": [
            {"entry": one, "lines": write_group(one.body["points"]).splitlines()}
            for one in own_entries.all_kept(owner, OwnEntry.Kind.GROUP)
        ],
        "favourites": [{"entry": one, "point": points.get(one.body["code"])} for one in favourites],
        "own_points": own_points.all_points(),
        "snippets": own_entries.all_kept(owner, OwnEntry.Kind.SNIPPET),
        "protocols": [
            {
                "entry": one,
                "needles": one.body["treatment"].get("needles"),
                "principle": one.body["treatment"]["principle"],
            }
            for one in own_entries.all_kept(owner, OwnEntry.Kind.PROTOCOL)
        ],
        "off": [
            {
                "row": row,
                "text": rules[row.rule].text if row.rule in rules else "",
                "does": does_words(rules[row.rule]) if row.rule in rules else "",
                "when": when_words(rules[row.rule].when) if row.rule in rules else "",
            }
            for row in off
        ],
        "off_by_file": [{"id": rule.id, "text": rule.text} for rule in knowledge.switched_off],
        "rule_ids": [(rule.id, rule.text) for rule in knowledge.every_rule() if may_be_off(rule)],
    }
