"""`python -m tests.figures.assessment`: how often textbook patients are read as what they were drawn from.

Prints, for 0 to 5 ordinary complaints, with and without tongue, pulse and hands, the share of each class whose class is
named right, and whose first pattern is right (in a mixed picture: whose branch and root are both right).
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace

from intake.assessment import Assessment, IntakeKnowledge, assess, load_intake_knowledge, parse_case
from intake.assessment.knowledge.signs import by_pattern, compile_old_injury, compile_signs, log_priors
from tests.figures.textbook import Patient, draw

CLASSES = ("stagnation", "deficiency", "mixed")
COMPLAINTS = range(6)
SEED = 9


def figures(
    number: int, complaints: int, *, hands: bool, form: bool = True, knowledge: IntakeKnowledge | None = None
) -> dict[str, tuple[float, float]]:
    """Class -> (share with the class right, share with the first pattern right)."""
    knowledge = knowledge or load_intake_knowledge()
    found = {}
    for picture_class in CLASSES:
        chance = random.Random(f"{SEED} {picture_class} {complaints} {hands} {form}")
        patients = [draw(chance, picture_class, complaints, hands=hands, form=form) for _ in range(number)]
        judged = [assess(parse_case(patient.data, knowledge), knowledge) for patient in patients]
        pairs = list(zip(patients, judged, strict=True))
        named = sum(a.picture_class == p.picture_class for p, a in pairs) / number
        found[picture_class] = (named, sum(_first_is_right(p, a) for p, a in pairs) / number)
    return found


def _first_is_right(patient: Patient, assessment: Assessment) -> bool:
    if patient.picture_class == "mixed":
        return (assessment.branch, assessment.root) == (patient.branch, patient.root)
    return [p.id for p in assessment.patterns][:1] == [patient.branch or patient.root]


def shaken(knowledge: IntakeKnowledge, chance: random.Random, most: float) -> IntakeKnowledge:
    """The same knowledge with every number of the model moved at random by up to `most` of itself."""

    def moved(number: float) -> float:
        return min(0.97, number * chance.uniform(1 - most, 1 + most))

    weights, patterns = knowledge.weights, knowledge.patterns
    numbers = {name: moved(value) for name, value in weights.chance.model_dump().items()}
    weights = weights.model_copy(
        update={
            "chance": weights.chance.model_copy(update=numbers),
            "weights": {f: row.model_copy(update={"common": moved(row.common)}) for f, row in weights.weights.items()},
            **{name: moved(getattr(weights, name)) for name in ("said_again", "unticked", "unmentioned")},
            "clinician_factor": weights.clinician_factor * chance.uniform(1 - most, 1 + most),
        }
    )
    moving = ("none", "min_class", "min_underlying", "min_pattern")
    patterns = patterns.model_copy(update={name: moved(getattr(patterns, name)) for name in moving})
    ids = knowledge.pattern_ids
    signs = compile_signs(weights, patterns, ids)
    old, by_finding = compile_old_injury(weights, patterns, ids), {sign.finding: sign for sign in signs}
    topics = {topic: tuple(by_finding[s.finding] for s in members) for topic, members in knowledge.topics.items()}
    return replace(
        knowledge,
        weights=weights,
        patterns=patterns,
        signs=signs,
        signs_of=by_pattern(signs, ids),
        old_injuries=old,
        priors=log_priors(patterns, ids),
        topics=topics,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=300, help="patients of each class for each line")
    parser.add_argument("--shaken", type=int, default=5, help="times that every number is moved by up to a fifth")
    asked = parser.parse_args()
    number = asked.number
    for form in (True, False):
        for hands in (False, True):
            shown = "the form, boxes left empty" if form else "only what was told"
            print(f"\n{shown}; {'with' if hands else 'without'} tongue, pulse, hands")
            print(f"{'complaints':>12}" + "".join(f"{name:>24}" for name in CLASSES))
            for complaints in COMPLAINTS:
                row = figures(number, complaints, hands=hands, form=form)
                print(f"{complaints:>12}" + "".join(f"{row[c][0]:>14.2f}{row[c][1]:>10.2f}" for c in CLASSES))
    print("\nevery number moved at random by up to 20 %, the form, three complaints, without tongue, pulse, hands")
    for seed in range(asked.shaken):
        row = figures(number, 3, hands=False, knowledge=shaken(load_intake_knowledge(), random.Random(seed), 0.2))
        print(f"{seed:>12}" + "".join(f"{row[c][0]:>14.2f}{row[c][1]:>10.2f}" for c in CLASSES))


if __name__ == "__main__":
    main()
