"""The context that cancels a phrase.

Negation, history, worry, other people, passing trouble. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal

from .match import Matcher, Occurrence
from .words import COMMA, NO_BREAK

LIST_REACH = 16  # words over which "no", "without", "denies" apply in a list
LIST_REST = 8  # words of a list up to its "or"
NEAR_REACH = 4  # words that "not" reaches
AFTER_REACH = 3  # words between a phrase and a following "none", "ruled out"
CLAUSE_REACH = 24  # words within which history, worry, an owner or a resolution is searched for


Verdict = Literal["said", "doubted", "denied"]

# "I might be pregnant" is enough where pregnancy only makes another sign more serious.
_SAID = frozenset({"hypothesis", "fleeting"})


class Context:
    """The cues of one text in one language, queried for each match."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._cues: dict[str, tuple[list[Occurrence], list[int]]] = {}
        self._said: dict[str, bool] = {}

    def verdict(self, match: Occurrence, ignores: frozenset[str]) -> Verdict:
        """Whether the context denies it, or says that it is another's, over, fleeting or only feared ("doubted")."""
        if "negation" not in ignores and self._is_negated(match):
            return "denied"
        if (
            ("other" not in ignores and self._is_of_another(match))
            or ("hypothesis" not in ignores and self._is_under("hypothesis", match, CLAUSE_REACH))
            or ("history" not in ignores and self._is_history(match))
            or ("fleeting" not in ignores and bool(self._around("fleeting", match)))
        ):
            return "doubted"
        return "said"

    def is_said(self, name: str) -> bool:
        """Whether the name is said about the patient anywhere: "no chance of pregnancy" does not make her pregnant."""
        known = self._said.get(name)
        if known is None:
            found = self._matcher.find(name).values()
            known = self._said[name] = any(self.verdict(match, _SAID) == "said" for here in found for match in here)
        return known

    def _between(self, kind: str, first: int, last: int) -> list[Occurrence]:
        """Cues of a kind that begin at a word from first up to, not including, last."""
        known = self._cues.get(kind)
        if known is None:
            found = self._matcher.cue(kind)
            known = self._cues[kind] = (found, [cue.start for cue in found])
        found, starts = known
        if not found:
            return found
        return found[bisect_left(starts, first) : bisect_left(starts, last)]

    def _same_sentence(self, cue: Occurrence, match: Occurrence) -> bool:
        sentences = self._matcher.words.sentences
        return sentences[match.start] <= sentences[cue.start] <= sentences[match.end - 1]

    def _around(self, kind: str, match: Occurrence, *, past_contrast: bool = False) -> list[Occurrence]:
        """Cues on either side of the match in its sentence, not beyond a "but"."""
        found = []
        for cue in self._between(kind, match.start - CLAUSE_REACH, match.end + CLAUSE_REACH):
            if not self._can_speak_of(cue, match):
                continue
            low, high = min(cue.end, match.end), max(cue.start, match.start)
            if past_contrast or not self._matcher.has_contrast(low, high):
                found.append(cue)
        return found

    def _can_speak_of(self, cue: Occurrence, match: Occurrence) -> bool:
        """Same sentence, and the match itself does not need the cue's first word ("no" of "no feeling")."""
        return self._same_sentence(cue, match) and cue.start not in match.used

    def _is_negated(self, match: Occurrence) -> bool:
        return (
            self._is_under("negation", match, LIST_REACH)
            or self._is_under("negation_through", match, LIST_REACH)
            or self._is_under("negation_near", match, NEAR_REACH)
            or self._is_denial(match)
            or self._is_negated_behind(match)
        )

    def _is_under(self, kind: str, match: Occurrence, reach: int) -> bool:
        """Whether a cue of this kind before a word of the match reaches that word."""
        cues = self._between(kind, match.start - reach, match.end)
        # "no sale ni una gota": inside a phrase that is itself negative, another "no" changes nothing
        if cues and kind != "hypothesis" and self._holds_negation(match):
            cues = [cue for cue in cues if cue.start < match.start]
        for cue in cues:
            # "never had this before, I cannot pee" is not "before I"
            if not self._can_speak_of(cue, match) or (cue.end - cue.start == 2 and self._joins_statements(cue)):
                continue
            target = next((i for i in match.used if i >= cue.end), None)
            if target is None:
                # the cue ends inside the match: "haven't lost"
                if cue.start < match.start:
                    return True
            elif target - cue.end <= reach and not self._is_scope_ended(kind, cue, target, match.end):
                return True
        return False

    def _is_scope_ended(self, kind: str, cue: Occurrence, target: int, match_end: int) -> bool:
        """Whether there is a "but", a "because" or a new statement between the cue and the word."""
        ends = "because" if kind.startswith("negation") and kind != "negation_through" else "reason"
        if self._matcher.has_contrast(cue.end, target) or self._between(ends, cue.end, target):
            return True
        if kind == "negation_through":
            return False
        breaks = self._matcher.words.breaks
        for i in range(cue.end, target + 1):
            if breaks[i] == COMMA and kind == "negation_near":
                return True
            joint = i < target and bool(self._between("joint", i, i + 1))
            first = i + joint
            if not (joint or breaks[i] == COMMA):
                continue
            if self._between("fresh_start", first, min(first + 2, match_end)):
                return True
            if self._between("bare_start", first, min(first + 2, match_end)) and not self._is_in_list(first):
                return True
        return False

    def _is_in_list(self, word: int) -> bool:
        """Whether an "or" follows before the next statement: "no fever, chest pain or sweats"."""
        sentences = self._matcher.words.sentences
        for cue in self._between("list_or", word, word + LIST_REST):
            if sentences[cue.start] == sentences[word]:
                return not self._between("fresh_start", word, cue.start)
        return False

    def _holds_negation(self, match: Occurrence) -> bool:
        return any(self._between(kind, i, i + 1) for kind in ("negation", "negation_near") for i in match.used)

    def _says_no(self, match: Occurrence) -> bool:
        """Whether the match itself contains a "no", a "cannot" or a "difficult"."""
        return any(self._between("negator", i, i + 1) for i in match.used)

    def _is_denial(self, match: Occurrence) -> bool:
        """Whether the match took its "no" from a denial: "don't feel any numbness between my legs"."""
        return any(
            cue.start in match.used
            and self._same_sentence(cue, match)
            and COMMA not in self._matcher.words.breaks[cue.start + 1 : cue.end]
            for cue in self._between("denial", match.start, match.end)
        )

    def _is_negated_behind(self, match: Occurrence) -> bool:
        """ "Fever: none", "numbness was ruled out", "numbness? No." """
        says_no = self._says_no(match)
        words = self._matcher.words
        for cue in self._between("negation_behind", match.end, match.end + 2):
            if self._same_sentence(cue, match) and not says_no and words.breaks[cue.start] == NO_BREAK:
                return True
        for cue in self._between("negation_after", match.end, match.end + AFTER_REACH + 1):
            if says_no:
                break
            if (
                self._same_sentence(cue, match)
                and not self._matcher.has_contrast(match.end, cue.start)
                and not self._between("fresh_start", match.end, cue.start)
                and not self._between("bare_start", match.end, cue.start)
            ):
                return True
        for cue in self._between("negation_closing", match.end, match.end + LIST_REACH):
            if self._same_sentence(cue, match) and not says_no and not self._is_restarted(match.end, cue.start):
                return True
        for cue in self._between("answer_no", match.end, match.end + 2 * AFTER_REACH):
            begins = words.breaks[cue.start] != NO_BREAK
            ends = cue.end == len(words.folded) or words.breaks[cue.end] != NO_BREAK
            asked = words.text[words.ends[cue.start - 1] : words.starts[cue.start]].strip()[:1] in (
                "?",
                ":",
                "-",
                "",
                "–",
            )
            if begins and ends and asked and words.sentences[cue.start] - words.sentences[match.start] <= 1:
                return True
        return False

    def _is_restarted(self, first: int, last: int) -> bool:
        """Whether there is a "but" or, after a comma, a new statement in between."""
        if self._matcher.has_contrast(first, last):
            return True
        breaks = self._matcher.words.breaks
        return any(breaks[i] == COMMA and self._between("fresh_start", i, i + 1) for i in range(first, last))

    def _is_of_another(self, match: Occurrence) -> bool:
        """Whose trouble it is: of all owners named up to the end of the match, the last one counts."""
        first = match.start - CLAUSE_REACH
        words = self._matcher.words
        if self._between("other_behind", match.end, match.end + 1) and words.breaks[match.end] == NO_BREAK:
            return True
        if any(
            self._ends_clause(cue, match) for cue in self._between("owner_behind", match.end, match.end + NEAR_REACH)
        ):
            return True
        others = [cue for cue in self._between("other", first, match.end) if self._can_speak_of(cue, match)]
        if not others:
            return False
        owners = [cue for cue in self._between("own", first, match.end) if self._same_sentence(cue, match)]
        return not owners or max(others[-1].used) > max(owners[-1].used)

    def _ends_clause(self, cue: Occurrence, match: Occurrence) -> bool:
        """ "The numb leg is my father's", but not "... is my father's worry"."""
        breaks = self._matcher.words.breaks
        return self._same_sentence(cue, match) and (cue.end == len(breaks) or breaks[cue.end] != NO_BREAK)

    def _is_history(self, match: Occurrence) -> bool:
        resolved = any(
            not self._joins_statements(cue) and not self._is_of_statement_before(cue, match)
            for cue in self._around("resolved", match)
        )
        if resolved or self._is_resolved_next(match):
            return not self._around("returned", match, past_contrast=True)
        past = self._around("history", match)
        if all(self._is_of_statement_before(cue, match) and not self._sets_time(cue) for cue in past):
            return False
        if self._around("returned", match, past_contrast=True) or self._around("present", match):
            return False
        return not self._between("present", match.start, match.end)

    def _joins_statements(self, cue: Occurrence) -> bool:
        """ "The scan was clear, now it is numb" is not "clear now", nor is "weak now, was normal" "now normal"."""
        breaks = self._matcher.words.breaks
        return any(
            breaks[i] == COMMA and (self._between("fresh_start", i, i + 1) or self._between("past_tense", i, i + 1))
            for i in range(cue.start + 1, cue.end)
        )

    def _is_of_statement_before(self, cue: Occurrence, match: Occurrence) -> bool:
        """ "Disc operation ten years ago, can't feel my groin": the match is a new statement, about now."""
        breaks = self._matcher.words.breaks
        for i in range(cue.end, match.start + 1):
            joint = i < match.start and bool(self._between("joint", i, i + 1))
            if joint:
                is_new = bool(self._between("own", i + 1, i + 2))
            elif breaks[i] == COMMA:
                kinds = ("fresh_start", "bare_start")
                is_new = i + 1 >= match.start or any(self._between(kind, i, i + 2) for kind in kinds)
            else:
                continue
            if is_new and not self._between("past_tense", i, match.end):
                return True
        return False

    def _sets_time(self, cue: Occurrence) -> bool:
        """ "Ten years ago, after the birth, I leaked": such a beginning applies to what follows."""
        words = self._matcher.words
        first = cue.start
        while first > words.sentence_starts[words.sentences[first]] and words.breaks[first] != COMMA:
            first -= 1
        return first == cue.start

    def _is_resolved_next(self, match: Occurrence) -> bool:
        """ "... . All fine since." at the beginning of the next sentence."""
        words = self._matcher.words
        following = words.sentences[match.start] + 1
        if following >= len(words.sentence_starts):
            return False
        begin = words.sentence_starts[following]
        return bool(self._between("resolved", begin, begin + 3))
