"""Whatever a clinic writes in its own file: nothing forbidden is proposed, and the proposal passes the review.

Rows are made at random, also unreasonable ones; what the loader refuses is not in the pool. Seeded, so that the same
files are tried each time; HYPOTHESIS_PROFILE=quick while working.
"""

from __future__ import annotations

import json
import random
from itertools import product

import pytest

from clinic.lib.knowledge_files import KnowledgeError
from intake.assessment import ClinicalPicture, assess, load_intake_knowledge, parse_case
from tests.support.any_mix import LEADING, case_from, needled, risks
from tests.support.draws import IS_QUICK, drawn
from treatments.planner.knowledge.load import load_planner_knowledge
from treatments.planner.knowledge.references import known_findings
from treatments.planner.knowledge.switching import SWITCHABLE
from treatments.planner.proposing.propose import propose
from treatments.planner.review.review import review
from treatments.planner.vocabulary.facts import kinds
from treatments.planner.vocabulary.modalities import ADJUNCTS
from treatments.planner.vocabulary.severity import STOPS

BASE = load_planner_knowledge()
FACTS = [f"{kind}:{value}" for kind, values in kinds().items() for value in values]
FINDINGS = sorted(known_findings())
REVIEW = '[review]\nstatus = "reviewed"\nby = "A"\ndate = "2026-12-01"\n'
KINDS_OF_ROWS = ("point", "rule", "adjunct", "ear", "home", "dose", "person", "depth", "exclusion")
CODES = [code for code, point in BASE.points.items() if code != "ASHI" and point.use == "plan"]
OWN_CODES = [f"T-{number}" for number in range(10, 40)]
ROWS, FILES = (200, 30) if IS_QUICK else (900, 60)


def written(table: str, row: dict) -> str:
    lines = []
    for key, value in row.items():
        if isinstance(value, dict):
            value = "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in value.items()) + " }"
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = (
                "["
                + ", ".join("{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in v.items()) + " }" for v in value)
                + "]"
            )
        else:
            value = json.dumps(value, ensure_ascii=False)
        lines.append(f"{key} = {value}")
    return f"[[{table}]]\n" + "\n".join(lines) + "\n"


def when(chance: random.Random, kind: str = "") -> dict:
    words = {"any": [], "none": []}
    if chance.random() < 0.7:
        words["any"] = chance.sample(FACTS + FINDINGS, chance.randint(1, 12))
    ours = [rule for rule in (*BASE.adjuncts, *BASE.home) if rule.kind == kind]
    if ours and chance.random() < 0.8:
        words["none"] = sorted(set.intersection(*(set(rule.when.none) for rule in ours)) | {"injury:first_72h"})
    return words


def row(chance: random.Random, table: str, number: int) -> dict:
    told = {"id": f"own.{table}{number}", "text": "Ours.", "sources": ["DESIGN"], "evidence": "design"}
    refs = [{"code": code, "side": chance.choice(["both", "painful"])} for code in chance.sample(CODES, 2)]
    if table == "point":
        region = chance.choice(sorted({point.region for point in BASE.points.values()}))
        limit = BASE.own_limits.get(region)
        low = chance.randint(1, 8)
        found = {
            "code": OWN_CODES[number % len(OWN_CODES)], "name": f"Own{number}", "pinyin": f"Own{number}",
            "hanzi": f"Own{number}", "hanzi_traditional": f"Own{number}", "english": f"Own{number}",
            "region": region, "sides": chance.choice(["bilateral", "midline"]), "location": "here", "uses": "pain",
            "depth_mm": [low, low + chance.randint(0, 25)], "use": chance.choice(["plan", "plan", "manual", "never"]),
            "sources": ["DESIGN"], "pregnancy": chance.choice(["ok", "override", "forbid", "forbid_t1"]),
            "electro": chance.choice(["yes", "override", "no"]), "moxa": chance.choice(["yes", "no"]),
        }  # fmt: skip
        if limit and chance.random() < 0.7:
            found["depth_mm"] = [1, limit.cap_mm]
        return found
    if table == "rule":
        codes = [*chance.sample(CODES, 3), *chance.sample(OWN_CODES, 2)]
        points = [{"code": code, "weight": chance.randint(50, 100)} for code in codes]
        for point in points:
            if chance.random() < 0.3:
                point["technique"] = chance.choice(["reinforcing", "reducing", "even"])
        serves = chance.choice(["local", "segmental", "distal", "branch", "root", "calm"])
        side = chance.choice(["painful", "both", "opposite", "one"])
        return {**told, "when": when(chance), "serves": serves, "side": side, "points": points}
    if table == "adjunct":
        kind = chance.choice(sorted({rule.kind for rule in BASE.adjuncts}))
        return {
            **told, "when": when(chance, kind), "kind": kind, "minutes": chance.randint(1, 25),
            "detail": chance.choice(["retained", "sliding", "flash", "light", "wet", "stick"]),
            "where": chance.choice(["{cups}", "the low back", "between the shoulder blades", "the calf", "all over"]),
            "from_visit": chance.randint(1, 3), "weight": chance.randint(1, 100), "points": chance.choice([[], refs]),
            "order": chance.choice(["before_needles", "during_retention", "after_needles", "own_visit"]),
        }  # fmt: skip
    if table == "ear":
        codes = chance.sample(sorted(BASE.ear_points), 3)
        return {**told, "when": when(chance), "points": [{"code": c, "weight": chance.randint(50, 200)} for c in codes]}
    if table == "home":
        ours = chance.choice(BASE.home)
        return {
            **told, "when": when(chance, ours.kind), "kind": ours.kind, "sheet": "Do it.", "group": ours.group,
            "modality": chance.choice(["", ours.modality]), "weight": chance.randint(50, 200),
            "points": chance.choice([[], refs]),
        }  # fmt: skip
    if table == "dose":
        phases = [{"per_week": chance.randint(1, 4), "weeks": chance.randint(1, 12)}]
        return {**told, "when": when(chance), "phases": phases, "review_at": [1]}
    if table == "person":
        return {
            **told, "when": when(chance), "first": chance.randint(1, 20), "later": chance.randint(1, 20),
            "retention": [chance.randint(5, 60), 60], "deqi_local": chance.choice(["clear", "mild", "none"]),
            "deqi_root": "mild", "turn_cost": chance.randint(1, 90),
        }  # fmt: skip
    if table == "depth":
        on = chance.choice(["all", "thorax", "abdomen"])
        return {**told, "when": when(chance), "factor": round(chance.uniform(0.2, 1.3), 2), "on": on}
    return {**told, "when": when(chance), "because": chance.choice(FINDINGS)}


class Files(list):
    """Loaded own files; a short name, because a failing property prints its arguments."""

    def __repr__(self) -> str:
        return f"{len(self)} files"


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """Files of rows that are each accepted alone; with each a few rules of ours switched off."""
    folder = tmp_path_factory.mktemp("own")
    chance = random.Random(20261201)
    tried = 0

    def loaded(text: str):
        nonlocal tried
        tried += 1
        path = folder / f"{tried}.toml"
        path.write_text(text, encoding="utf-8")
        try:
            return load_planner_knowledge(own=path)
        except KnowledgeError:
            return None

    head = '[meta]\nname = "pool"\nversion = "{}"\n' + REVIEW
    points = {}
    for number in range(300):
        made = row(chance, "point", number)
        text = written("point", made)
        if made["code"] not in points and loaded(head.format(1) + text):
            points[made["code"]] = (text, made["use"])
    usable = [code for code, (_, use) in points.items() if use == "plan"]
    assert len(usable) > 8
    book = "".join(text for text, _ in points.values())
    accepted = []
    for number in range(ROWS):
        table = chance.choice(KINDS_OF_ROWS[1:])
        made = row(chance, table, number)
        if table == "rule":
            made["points"] = [p for p in made["points"] if p["code"] in CODES or p["code"] in usable]
        text = written(table, made)
        if loaded(head.format(2) + book + text):
            accepted.append((table, text))
    assert {table for table, _ in accepted} == set(KINDS_OF_ROWS[1:]), "every kind of row is tried"
    off = [rule.id for rule in BASE.every_rule() if isinstance(rule, SWITCHABLE) and rule.evidence != "safety"]
    files = Files()
    for number in range(FILES):
        rows = chance.sample(accepted, 25)
        gone = chance.sample(off, chance.randint(0, 30))
        knowledge = loaded(
            f"switched_off = {json.dumps(gone)}\n" + head.format(number) + book + "".join(t for _, t in rows)
        )
        assert knowledge is not None
        files.append(knowledge)
    return files


@drawn(case_from, lambda chance: chance.randrange(FILES))
def test_no_own_file_loosens_safety(pool, data, number):
    knowledge, intake = pool[number], load_intake_knowledge()
    case = parse_case(data, intake)
    picture = ClinicalPicture(case, assess(case, intake))
    proposal = propose(picture, knowledge)
    made, ours = proposal.as_json(), propose(picture, BASE).as_json()
    assert made["knowledge_version"] == f"{BASE.version}+pool.{number}"
    assert (made["action"], made["alerts"]) == (ours["action"], ours["alerts"]), "alerts are not the clinic's to change"
    if proposal.treatment is None:
        assert ours["treatment"] is None
        return
    alerts = [alert for alert in review(proposal.treatment, picture, knowledge) if alert.level != "caution"]
    assert not alerts, alerts
    assert made["treatment"]["needles"] <= max(14, ours["treatment"]["needles"])
    for planned in needled(made):
        point = knowledge.points[planned["code"]]
        if point.code not in BASE.points:
            assert planned["depth_mm"][1] <= BASE.own_limits[point.region].cap_mm
    done = {kind for kind, *_ in risks(made)}
    kinds: dict[str, set[str]] = {
        "needle": {"needle", "needles"}, "ea": {"current"}, "tacks": {"press_tacks"}, "magnets": {"magnets"},
        "seeds": {"seeds"},
    }  # fmt: skip
    for kind, adjunct in ADJUNCTS.items():
        if kind != "acupressure":  # of home care as well, which is not gated
            kinds.setdefault(adjunct.modality, set()).add(kind)
    for barred in BASE.contraindications:
        holds = not barred.when.facts() and any(data["findings"].get(finding) for finding in barred.findings)
        if holds and barred.scope == "whole":
            for modality, names in kinds.items():
                if barred.level(modality) in STOPS and modality not in barred.only_at:
                    assert not done & (names - {*barred.spares}), (barred.id, modality)


def test_own_rows_do_reach_proposals(pool, make_case):
    """The property above is not empty: own points, adjuncts and home care come up."""
    seen = set()
    intake = load_intake_knowledge()
    told = [make_case(), *(make_case(("site.low_back", "side.left", *signs)) for signs in LEADING)]
    for knowledge, data in product(pool, told):
        case = parse_case(data, intake)
        treatment = propose(ClinicalPicture(case, assess(case, intake)), knowledge).as_json()["treatment"]
        if treatment is None:
            continue
        items = [*needled({"treatment": treatment}), *treatment["adjuncts"], *treatment["home_care"], *treatment["ear"],
                 treatment["dose"]]  # fmt: skip
        seen |= {why["rule"].rstrip("0123456789") for item in items for why in item["because"]}
        seen |= {"own point" for item in needled({"treatment": treatment}) if item["code"] not in BASE.points}
    assert {"own.rule", "own.adjunct", "own.home", "own.ear", "own.dose", "own point"} <= seen
