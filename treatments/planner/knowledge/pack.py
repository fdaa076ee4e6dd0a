"""One complaint's own rules on top of the common knowledge: they add, and change nothing that is there.

Points and caps are common to all complaints and have no file here, its kinds of patient only tighten, and the
contraindications of one pack hold for every complaint: a pack cannot loosen what keeps a patient safe.
"""

from __future__ import annotations

from dataclasses import replace

from clinic.lib.complaints import DEFAULT, Complaint
from treatments.planner.knowledge.besides import AdjunctRule, EarRule, HomeRule
from treatments.planner.knowledge.rules import (
    DoseRule,
    ElectroGoal,
    ElectroPair,
    Gentle,
    NoElectroRule,
    PatientProfile,
    PlannerKnowledge,
    Retention,
    Sensation,
    Sparing,
    Technique,
)
from treatments.planner.knowledge.tables import PointRule, Rule
from treatments.planner.knowledge.toml_reader import AnyRule, Reader

RULE_FILES = ("rules/local.toml", "rules/distal.toml", "rules/pattern.toml")
TABLES = {
    **dict.fromkeys(RULE_FILES, ("rule",)),
    # of several kinds of patient the least counts, and they and `gentle` only make milder what the other tables ask for
    "stimulation.toml": ("person", "retention", "technique", "sensation", "gentle"),
    "electro.toml": ("goal", "pair", "exclusion"),
    "adjuncts.toml": ("adjunct",),
    "ear.toml": ("ear",),
    "home_care.toml": ("home",),
    "dose.toml": ("dose", "sparing"),
}


def with_pack(common: PlannerKnowledge, pack: Complaint, read: Reader) -> PlannerKnowledge:
    """`common` with the rules of the pack whose folder `read` reads; faults stay with the reader. Where the first match
    counts, the pack's come first."""

    def rules(name: str, key: str, model: type[AnyRule]) -> tuple[AnyRule, ...]:
        if not (read.folder / name).is_file():
            return ()
        label = read.add(f"complaints/{pack.id}/{name}", read.folder / name)
        return read.rules(label, key, model)

    own = tuple(rule for name in RULE_FILES for rule in rules(name, "rule", PointRule))
    pairs = (*common.pairs, *rules("electro.toml", "pair", ElectroPair))
    version = common.version if pack.id == DEFAULT else f"{common.version}+{pack.id}.{pack.version}"
    knowledge = replace(
        common,
        version=version,
        complaint=pack,
        rules=(*own, *common.rules),
        persons=(*common.persons, *rules("stimulation.toml", "person", PatientProfile)),
        retentions=(*rules("stimulation.toml", "retention", Retention), *common.retentions),
        techniques=(*rules("stimulation.toml", "technique", Technique), *common.techniques),
        sensations=(*rules("stimulation.toml", "sensation", Sensation), *common.sensations),
        gentle=(*common.gentle, *rules("stimulation.toml", "gentle", Gentle)),
        goals=(*rules("electro.toml", "goal", ElectroGoal), *common.goals),
        pairs=tuple(sorted(pairs, key=lambda pair: pair.rank)),
        exclusions=(*common.exclusions, *rules("electro.toml", "exclusion", NoElectroRule)),
        adjuncts=(*common.adjuncts, *rules("adjuncts.toml", "adjunct", AdjunctRule)),
        ear_rules=(*common.ear_rules, *rules("ear.toml", "ear", EarRule)),
        home=rules("home_care.toml", "home", HomeRule),
        doses=rules("dose.toml", "dose", DoseRule),
        sparings=rules("dose.toml", "sparing", Sparing),
    )
    read.refuse_unknown_tables(
        {
            f"complaints/{pack.id}/{name}": {"review", *keys}
            for name, keys in TABLES.items()
            if (read.folder / name).is_file()
        }
    )
    drafts = tuple(draft.row for draft in read.drafts if isinstance(draft.row, Rule))
    return replace(knowledge, draft_rules=(*common.draft_rules, *drafts))
