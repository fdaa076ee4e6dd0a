"""The planner's point rules as CLIPS rules: a benchmark-only peer, to know what an engine library would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import clips


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


class ClipsRules:
    """Builds one defrule for each rule; ``matching`` asserts the words of a case, runs, and returns the fired ids."""

    def __init__(self, rules: Sequence[Any]) -> None:
        self.environment = clips.Environment()
        self.environment.build("(deftemplate fired (slot rule))")
        self.environment.build("(deftemplate word (slot is))")
        self.word = self.environment.find_template("word")
        for count, rule in enumerate(rules):
            patterns = [f"(word (is {_quoted(word)}))" for word in rule.when.all]
            if rule.when.any:
                patterns.append(
                    "(exists (or " + " ".join(f"(word (is {_quoted(word)}))" for word in rule.when.any) + "))"
                )
            patterns += [f"(not (word (is {_quoted(word)})))" for word in rule.when.none]
            body = " ".join(patterns) or "(initial-fact)"
            self.environment.build(f"(defrule rule-{count} {body} => (assert (fired (rule {_quoted(rule.id)}))))")

    def matching(self, facts: Any) -> list[str]:
        """Ids of the rules that fire for the words of a case, sorted."""
        self.environment.reset()
        for word in facts.words:
            self.word.assert_fact(**{"is": word})
        self.environment.run()
        return sorted(fact["rule"] for fact in self.environment.facts() if fact.template.name == "fired")
