"""`manage.py check_knowledge` and Django's own check: silent and green when sound, every fault and exit 1 when not."""

from __future__ import annotations

import shutil
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from clinic import environment
from treatments import checks
from treatments.planner.checking.knowledge import check_knowledge
from treatments.planner.knowledge.load import FOLDER, load_planner_knowledge


def test_the_real_knowledge_is_sound_and_its_coverage_is_printed():
    out, err = StringIO(), StringIO()
    call_command("check_knowledge", stdout=out, stderr=err)
    text = out.getvalue()
    assert err.getvalue() == ""
    assert "0 faults" in text
    assert all(pattern in text for pattern in ("blood_stasis", "cold_damp", "kidney_yin_deficiency"))
    assert "sacroiliac" in text and "10/4/7" in text


def test_every_fault_is_printed_and_the_exit_is_1(tmp_path):
    folder = tmp_path / "knowledge"
    shutil.copytree(FOLDER, folder)
    for name, old, new in (
        ("complaints/back/rules/local.toml", 'code = "BL25"', 'code = "BL250"'),
        ("complaints/back/rules/distal.toml", '"channel:kidney"', '"channel:kidny"'),
    ):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("check_knowledge", folder=folder, stdout=out, stderr=err)
    assert caught.value.code == 1
    assert "local.low_back: no such point 'BL250'" in err.getvalue()
    assert "distal.kidney: when: no such fact 'channel:kidny'" in err.getvalue()


def test_django_check_reports_the_same_faults(monkeypatch):
    assert run_checks(tags=["knowledge"]) == []
    monkeypatch.setattr(checks, "check_knowledge", lambda own: ("complaints/back/dose.toml: dose[x]: broken",))
    (error,) = run_checks(tags=["knowledge"])
    assert error.id == "treatments.E001" and "complaints/back/dose.toml" in error.msg


def test_a_clinics_own_file_is_checked_before_the_server_starts(tmp_path, settings):
    path = tmp_path / "own.toml"
    settings.ASHI_KNOWLEDGE = path
    (missing,) = run_checks(tags=["knowledge"])
    assert missing.msg == "own.toml: the file is missing"
    path.write_text('switched_off = ["pacemaker"]\n[meta]\nname = "river"\nversion = "1"\n', encoding="utf-8")
    (fault,) = run_checks(tags=["knowledge"])
    assert "a contraindication cannot be switched off" in fault.msg and fault.id == "treatments.E001"
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_knowledge", quiet=True, stdout=StringIO(), stderr=err)
    assert err.getvalue().startswith("own.toml: switched_off: 'pacemaker'")
    path.write_text('switched_off = ["cups.stress"]\n[meta]\nname = "river"\nversion = "1"\n', encoding="utf-8")
    out = StringIO()
    call_command("check_knowledge", quiet=True, stdout=out)
    assert f"{load_planner_knowledge().version}+river.1" in out.getvalue()
    assert "Switched off: cups.stress" in out.getvalue()
    assert "Candidates by pattern" not in out.getvalue()


def test_the_file_is_the_one_that_is_named_else_the_usual_one_if_it_exists(tmp_path, monkeypatch):
    usual = tmp_path / "knowledge.toml"
    monkeypatch.delenv("ASHI_KNOWLEDGE", raising=False)
    assert environment.file("ASHI_KNOWLEDGE", usual) is None
    usual.write_text("", encoding="utf-8")
    assert environment.file("ASHI_KNOWLEDGE", usual) == usual
    monkeypatch.setenv("ASHI_KNOWLEDGE", str(tmp_path / "named.toml"))
    assert environment.file("ASHI_KNOWLEDGE", usual) == tmp_path / "named.toml"


def test_faults_of_every_kind_are_told_at_once_with_their_files(tmp_path):
    folder = tmp_path / "knowledge"
    shutil.copytree(FOLDER, folder)
    for name, old, new in (
        ("complaints/back/rules/local.toml", "sources = [", "sorces = ["),
        ("complaints/back/rules/distal.toml", 'code = "BL40"', 'code = "BL99"'),
        ("points/bladder.toml", "cap_mm = 25", 'cap_mm = "deep"'),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = [str(fault) for fault in check_knowledge(folder)]
    for start in (
        "complaints/back/rules/local.toml: rule[local.low_back]: sorces",
        "complaints/back/rules/distal.toml: distal.bladder_back: no such point 'BL99'",
        "points/bladder.toml: point[BL23]: cap_mm",
    ):
        assert any(fault.startswith(start) for fault in faults), f"{start} is not among {faults}"
