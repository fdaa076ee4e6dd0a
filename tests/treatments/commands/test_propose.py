"""`manage.py propose`: exit codes, one line for each fault, JSON lines, speed; never a traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from treatments.planner.knowledge.load import load_planner_knowledge

pytestmark = [pytest.mark.pure, pytest.mark.thorough]  # the programs that are started touch no database, see below
ROOT = Path(__file__).resolve().parents[3]
USABLE = {"case": "A 肾俞", "patient": {"age": 38, "sex": "male"}, "findings": {"onset.accident": True}}
KEYS = {"case", "knowledge_version", "action", "alerts", "assessment", "treatment", "withheld", "ask"}


def started(*args: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """The command as a program of its own, as others call it."""
    done = subprocess.run(
        [sys.executable, "manage.py", "propose", *args], input=stdin, capture_output=True, cwd=ROOT, timeout=120
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


@pytest.fixture
def run(monkeypatch):
    """The command within this process, which spares each test the start of a program."""

    def command(*args: str, stdin: bytes = b"") -> tuple[int, str, str]:
        streams = {name: io.TextIOWrapper(io.BytesIO(given), encoding="ascii", write_through=True)
                   for name, given in (("stdin", stdin), ("stdout", b""), ("stderr", b""))}  # fmt: skip
        code = 0
        with monkeypatch.context() as patch:
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            try:
                call_command("propose", *args, stdout=streams["stdout"], stderr=streams["stderr"])
            except SystemExit as stop:
                code = int(stop.code or 0)
        out, err = (streams[name].buffer.getvalue().decode("utf-8") for name in ("stdout", "stderr"))
        return code, out, err

    return command


def test_one_case_from_a_file_and_from_standard_input(run, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(USABLE), encoding="utf-8")
    from_file = started(str(path))
    assert from_file[0] == 0 and from_file[2] == ""
    answer = json.loads(from_file[1])
    assert answer.keys() >= KEYS
    assert (answer["case"], answer["action"], answer["treatment"]) == ("A 肾俞", "need_information", None)
    assert started("-", stdin=path.read_bytes()) == run("-", stdin=path.read_bytes()) == from_file


def test_an_empty_object_is_a_case_of_which_nothing_is_known(run):
    code, out, _ = run("-", stdin=b"{}")
    assert code == 0
    assert json.loads(out)["action"] == "need_information"


@pytest.mark.parametrize(
    ("raw", "path", "words"),
    [
        (b"", "$", "empty"),
        (b"{", "$", "not JSON"),
        (b"[]", "$", ""),
        (b"null", "$", ""),
        (b'"text"', "$", ""),
        (b'{"visit": 1, "visit": 2}', "$", "twice"),
        (b'{"patient": {"age": NaN}}', "$", "NaN"),
        (b'{"patient": {"age": -Infinity}}', "$", "Infinity"),
        (b'{"patient": {"age": ' + b"9" * 5000 + b"}}", "$", "digits"),
        (b'{"patient": {"age": 1e400}}', "patient.age", ""),
        (b'{"patient": {"age": true}}', "patient.age", ""),
        (b'{"patient": {"age": -1}}', "patient.age", ""),
        (b'{"patient": {"age": "38"}}', "patient.age", ""),
        (b"[" * 100_000, "$", "deep"),
        (b'{"a":' * 50_000, "$", "deep"),
        (b"\xff\xfe{}", "$", "UTF-8"),
        (b'{"findings": {"onset.acident": true}}', "findings.onset.acident", "onset.accident"),
        (b'{"findings": {"onset.accident": "yes"}}', "findings.onset.accident", ""),
        (b'{"findings": []}', "findings", ""),
        (b'{"patiant": {}}', "patiant", "patient"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
def test_unusable_input_is_refused_with_its_path(run, raw, path, words):
    code, out, err = run("-", stdin=raw)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    lines = err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}: ") and words in lines[0]


def test_every_fault_has_its_line(run):
    code, out, err = run(
        "-", stdin=b'{"patient": {"age": -1, "sex": "x"}, "findings": {"flag.feber": true}, "visit": 0}'
    )
    assert (code, out) == (2, "")
    assert [line.split(": ")[0] for line in err.strip().splitlines()] == [
        "patient.age", "patient.sex", "visit", "findings.flag.feber",
    ] or len(err.strip().splitlines()) == 4  # fmt: skip
    assert "flag.fever" in err


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read(run, name):
    code, out, err = run(name)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1 and name in err


def test_half_a_surrogate_in_the_label_is_no_traceback(run):
    code, out, err = run("-", stdin=b'{"case": "\\ud800"}')
    assert "Traceback" not in err
    assert (code == 0 and json.loads(out)) or (code == 2 and err)


def test_lines_answer_the_good_and_name_the_bad(run):
    lines = [json.dumps(USABLE), "{", "", json.dumps({"case": "B", "findings": {"site.lowback": True}}), "{}"]
    code, out, _ = run("--lines", "-", stdin="\n".join(lines).encode())
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 2
    assert len(answers) == 4
    assert [set(answer) >= KEYS for answer in answers] == [True, False, False, True]
    assert answers[1]["case"] is None and answers[1]["errors"][0]["path"] == "$"
    assert answers[2]["case"] == "B" and answers[2]["errors"][0]["path"] == "findings.site.lowback"
    assert "site.low_back" in answers[2]["errors"][0]["text"]
    assert run("--lines", "-", stdin=json.dumps(USABLE).encode())[0] == 0
    assert run("--lines", "-", stdin=b"") == (0, "", "")


def test_many_cases_keep_their_order(run, make_full_cases):
    cases = make_full_cases(300)
    code, out, _ = run("--lines", "-", stdin="\n".join(map(json.dumps, cases)).encode())
    assert code == 0
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["case"] for answer in answers] == [case["case"] for case in cases]
    assert sum(answer["treatment"] is not None for answer in answers) > 150


def test_no_database_is_touched(monkeypatch, tmp_path):
    """With a database that cannot be opened the answer is the same."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/no/such/folder/db.sqlite3")
    code, out, _ = started("-", stdin=b"{}")
    assert code == 0 and json.loads(out)["action"] == "need_information"


def test_it_starts_without_the_apps():
    """Set-up of every app would double the time to the first answer."""
    loaded = (
        "import sys, manage; sys.argv = ['manage.py', 'propose', '-']; manage.main(); "
        "print(*(name for name in sys.modules if name.startswith(('allauth', 'phonenumbers', 'django.contrib')) "
        "or name.endswith('.models')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", loaded], input=b"{}", capture_output=True, cwd=ROOT, timeout=120)
    assert (done.returncode, done.stderr.split()) == (0, []), done.stderr
    assert json.loads(done.stdout)["action"] == "need_information"


def test_a_clinics_own_file_is_used_and_a_broken_one_is_no_traceback(monkeypatch, tmp_path):
    monkeypatch.setenv("ASHI_KNOWLEDGE", str(ROOT / "docs" / "knowledge.example.toml"))
    code, out, _ = started("-", stdin=b"{}")
    assert code == 0 and json.loads(out)["knowledge_version"] == f"{load_planner_knowledge().version}+river-clinic.1"
    path = tmp_path / "own.toml"
    path.write_text("[[contraindication]]", encoding="utf-8")
    monkeypatch.setenv("ASHI_KNOWLEDGE", str(path))
    code, out, err = started("-", stdin=b"{}")
    assert (code, out) == (2, "") and "Traceback" not in err
    assert err.splitlines()[0] == "own.toml: contraindication: unknown table"
