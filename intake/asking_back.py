"""What was read in a patient's own words, to be asked back: dangers for a yes or no, the rest as chips to confirm."""

from __future__ import annotations

from dataclasses import dataclass

from intake.assessment import load_intake_knowledge
from intake.assessment.text import TextSign, load_lexicon, read_story, read_texts
from intake.models import IntakeResponse
from intake.questionnaire.merging import mark_of
from intake.questionnaire.own_words import said_of
from intake.questionnaire.values import Question, Screen, is_answered
from intake.reading import reading_of
from intake.spoken import questionnaire

MOST_DANGERS = 4  # asked on one page; what remains counts as it was read (DESIGN)


@dataclass(frozen=True, slots=True)
class Offer:
    """``words``: question -> the words read in its answer. ``said``: what was answered already, or "".

    ``label``: what they may mean, in the form's words; "" if it is not to be read aloud.
    """

    finding: str
    label: str
    words: dict[str, list[str]]
    said: str
    is_chip: bool

    @property
    def mark(self) -> str:
        """Names the words on the page, so that a late answer is not taken for one about other words."""
        return mark_of(self.words)

    @property
    def quotes(self) -> list[str]:
        return [word for found in self.words.values() for word in found]


def offers(response: IntakeResponse, screen: Screen) -> list[Offer]:
    """The dangers first, then the chips. Nothing that the form has yet to ask is asked here, except what would stop."""
    answers = response.answers
    texts = {q.id: answers[q.id] for q in screen.questions if q.kind == "text" and answers.get(q.id)}
    if not texts:
        return []
    asked_by = {f: q for q in questionnaire(response.questionnaire_version).questions for f in q.findings}
    said = {finding: row["said"] for finding, row in said_of(answers).items()}
    signs = [sign for sign in read_texts(texts, load_lexicon()) if not sign.finding.startswith("wish.")]
    signs.sort(key=lambda sign: (sign.strength != "states", not sign.finding.startswith("condition.")))
    told = reading_of(response).findings
    dangers = [
        sign
        for sign in signs
        if sign.finding in said
        or (not told.get(sign.finding) and not _comes_later(sign, asked_by.get(sign.finding), response))
    ]
    chips = [
        sign
        for sign in read_story(texts, load_lexicon())
        if (question := asked_by.get(sign.finding)) is not None and not is_answered(question, answers.get(question.id))
    ]
    if not any(sign.finding.startswith("site.") for sign in chips):  # a side of nothing
        chips = [sign for sign in chips if not sign.finding.startswith("side.")]
    rows = _grouped(dangers, asked_by, said, is_chip=False)[:MOST_DANGERS]
    return rows + _grouped(chips, asked_by, said, is_chip=True)


def is_open(rows: list[Offer]) -> bool:
    return any(not row.said for row in rows)


def _comes_later(sign: TextSign, question: Question | None, response: IntakeResponse) -> bool:
    """Whether half a danger, or one in doubt, has its own question still to come."""
    if sign.strength == "states" or sign.finding.startswith("condition."):
        return False
    return question is not None and not is_answered(question, response.answers.get(question.id))


def _grouped(
    signs: list[TextSign], asked_by: dict[str, Question], said: dict[str, str], *, is_chip: bool
) -> list[Offer]:
    words: dict[str, dict[str, list[str]]] = {}
    for sign in signs:
        found = words.setdefault(sign.finding, {}).setdefault(sign.text_key, [])
        if sign.excerpt not in found:
            found.append(sign.excerpt)
    order = load_intake_knowledge().order
    findings = sorted(words, key=order.__getitem__) if is_chip else list(words)
    return [
        Offer(finding, _label(finding, asked_by.get(finding)), words[finding], said.get(finding, ""), is_chip)
        for finding in findings
        if finding in order
    ]


def _label(finding: str, question: Question | None) -> str:
    if question is None:
        return load_intake_knowledge().label(finding)
    if question.private:
        return ""
    if question.kind == "chart":
        label = next(region.label for region in question.regions if finding in region.sets)
        place, _, side = label.rpartition(", ") if ", " in label else (label, "", label)
        return side.capitalize() if finding.startswith("side.") else place
    option = next((option for option in question.options if (finding, True) in option.sets), None)
    return question.label if option is None or option.id == "yes" else option.label
