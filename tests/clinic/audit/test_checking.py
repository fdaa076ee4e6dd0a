"""The trail read against itself: what was forged, cut off or changed after signing is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from clinic.audit import chain, checking, guards, heads, stretch, trail
from clinic.audit.models import AuditEvent, NamedPatient
from tests.factories.people import PatientFactory
from tests.support.furnished import furnish
from treatments.demo.clock import at
from treatments.models import Visit

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def lift(*names: str) -> None:
    """What somebody does who may write to the database by hand."""
    with connection.cursor() as cursor:
        for name in names:
            table = guards.declared()[name][1].table
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for trigger in guards.triggers(guards.declared()[name][1], connection):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")


def test_an_event_written_in_another_zone_verifies() -> None:
    with at(dt.datetime(2026, 7, 1, 18, 5, tzinfo=BERLIN)):
        trail.record("chart.read", by=None, patient=7)
    assert list(checking.faults()) == []


def test_rows_of_the_first_scheme_still_verify_and_a_changed_one_is_found() -> None:
    """As older versions wrote them: no address, the time in the zone of the clock."""
    previous = chain.START
    for moment in (dt.datetime(2026, 7, 1, 18, 5, tzinfo=BERLIN), dt.datetime(2026, 7, 1, 18, 6, tzinfo=dt.UTC)):
        written = moment.isoformat(timespec="microseconds")
        rest = chain.tail(written, "system", "", "Ashi", "chart.read", None, "", "", {}, "done")
        event = AuditEvent(at=moment, actor_kind="system", actor_name="Ashi", action="chart.read", previous=previous)
        event.digest = previous = chain.digest(event.previous, rest)
        event.save()
    trail.record("chart.read", by=None)
    assert list(checking.faults()) == []
    lift("audit")
    first = AuditEvent.objects.order_by("id").first()
    assert first is not None
    AuditEvent.objects.filter(pk=first.pk).update(at=first.at + dt.timedelta(hours=1))
    assert list(checking.faults()) == [(first.pk, "its content was changed")]


@pytest.mark.parametrize(
    "change",
    [
        {"at": dt.datetime(2026, 7, 1, 18, 5, tzinfo=dt.UTC)},
        {"actor_kind": "patient"},
        {"actor_id": "4"},
        {"actor_name": "Somebody “else”"},
        {"address": "10.0.0.9"},
        {"action": "plan.read"},
        {"patient_id": None},
        {"object_type": "plan"},
        {"object_id": "8"},
        {"detail": {"fields": 4}},
        {"detail": {"fields": 3, "seal": {}}},
        {"outcome": "refused"},
        {"scheme": 1},
        {"previous": "1" * 64},
        {"digest": "1" * 64},
        {"chain": 2},
    ],
    ids=str,
)
def test_a_changed_row_is_found(change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is changed, also where a window of rows ends."""
    monkeypatch.setattr(stretch, "WINDOW", 2)
    for number in (7, 8, 9):
        trail.record("chart.read", by=None, patient=number, detail={"fields": 3, "what": 'ä\n"\t\u2028\u007f'})
    assert list(checking.faults()) == []
    lift("audit")
    middle = AuditEvent.objects.order_by("id")[1]
    AuditEvent.objects.filter(pk=middle.pk).update(**change)
    assert middle.pk in {pk for pk, _ in checking.faults()}


def test_each_location_has_a_chain_and_all_are_checked(settings: Any, tmp_path: Path) -> None:
    for number in (1, 2, 1, 2, 3):
        settings.AUDIT_CHAIN = number
        trail.record("chart.read", by=None, patient=number)
    events = list(AuditEvent.objects.order_by("id"))
    assert [event.previous for event in events] == [
        chain.START,
        chain.start_of(2),
        events[0].digest,
        events[1].digest,
        chain.start_of(3),
    ]
    assert list(checking.faults()) == []
    head = tmp_path / "head"
    call_command("verify_audit", head=head)
    assert set(heads.read(head).since) == {1, 2, 3}
    lift("audit")
    AuditEvent.objects.filter(chain=3).update(chain=4)
    assert [pk for pk, _ in checking.faults()] == [events[4].pk], "a whole chain passes for no other one"


def test_a_walk_from_a_checkpoint(settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reads what is new; finds that the checkpoint itself, or what is new, was changed."""
    head = tmp_path / "head"
    with pytest.raises(CommandError, match="run once without"):
        call_command("verify_audit", head=head, from_checkpoint=True)
    for number in (1, 2, 1):
        settings.AUDIT_CHAIN = number
        trail.record("chart.read", by=None, patient=number)
    call_command("verify_audit", head=head)
    settings.AUDIT_CHAIN = 2
    trail.record("chart.read", by=None, patient=9)
    capsys.readouterr()
    call_command("verify_audit", head=head, from_checkpoint=True)
    said = capsys.readouterr().out
    assert said.startswith("1 events, 2 chains whole") and "was not looked at again" in said
    lift("audit")
    newest = AuditEvent.objects.latest("id")
    AuditEvent.objects.filter(pk=newest.pk).update(patient_id=8)
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", head=head, from_checkpoint=True)
    AuditEvent.objects.filter(pk=newest.pk).update(patient_id=9)
    AuditEvent.objects.filter(pk=newest.pk).update(digest="1" * 64)
    walk = checking.Walk(since=heads.read(head).since)
    assert (newest.pk, "it is not the event at which the trail was found whole") in list(walk.faults())


def test_a_checkpoint_cannot_be_made_up(settings: Any, tmp_path: Path) -> None:
    head = tmp_path / "head"
    trail.record("chart.read", by=None, patient=7)
    call_command("verify_audit", head=head)
    line = head.read_text()
    kept = heads.parse(line)
    assert kept.since == {1: next(iter(kept.all.items()))}
    unsigned = " ".join(line.split()[:-1])
    assert heads.parse(unsigned).since == {} and heads.parse(unsigned).all == kept.all  # as older versions kept it
    assert heads.parse(line.replace("chain 1", "chain 2")).since == {}
    assert heads.parse(line.replace(kept.all[min(kept.all)], "1" * 64)).since == {}
    settings.SECRET_KEY = "that of somebody else, long enough to be one"
    assert heads.parse(line).since == {}


def test_a_furnished_clinic_verifies_and_whatever_was_signed_is_sealed() -> None:
    furnish()
    assert list(checking.faults()) == []
    sealed = {event.action for event in AuditEvent.objects.all() if "seal" in event.detail}
    assert {"plan.signed", "visit.signed", "assessment.signed", "intake.submitted", "visit.amended"} <= sealed


FORGERIES = {
    "visit_signed": ("treatments_visit", "needles_out = 99", "status = 'signed'"),
    "plan_signed": ("treatments_treatmentplan", "revision = 99", "status = 'signed'"),
    "assessment_signed": ("intake_assessment", "notes = 'FORGED'", "status <> 'draft'"),
    "intake_response": ("intake_intakeresponse", "consent_name = 'FORGED'", "submitted_at IS NOT NULL"),
}


def test_what_was_changed_after_signing_is_named() -> None:
    furnish()
    for guard, (table, change, final) in FORGERIES.items():
        lift(guard)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change} WHERE id = (SELECT max(id) FROM {table} WHERE {final})")
    words = [what for _, what in checking.faults()]
    assert len(words) == len(FORGERIES)
    assert all("changed after it was signed" in what for what in words), words
    with pytest.raises(CommandError, match=r"broken in 8 place"):  # four forgeries, four guards that do not stand
        call_command("verify_audit")
    guards.keep_standing(connection)
    assert guards.missing(connection) == []


def test_a_superseded_plan_is_still_as_signed() -> None:
    """What may move on is not under the seal."""
    furnish()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE treatments_treatmentplan SET status = 'superseded' WHERE status = 'signed'")
        assert cursor.rowcount
    assert list(checking.faults()) == []


def test_a_cut_tail_is_found_by_a_kept_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = tmp_path / "head"
    trail.record("chart.read", by=None, patient=7)
    call_command("verify_audit", head=head)
    trail.record("chart.read", by=None, patient=8)
    call_command("verify_audit", head=head)
    assert "Agrees with 1 kept head" in capsys.readouterr().out
    assert len(head.read_text().splitlines()) == 2
    lift("audit", "audit_named")
    newest = AuditEvent.objects.order_by("id").last()
    assert newest is not None
    NamedPatient.objects.filter(event=newest).delete()
    AuditEvent.objects.filter(pk=newest.pk).delete()
    guards.keep_standing(connection)
    call_command("verify_audit")  # the chain alone does not show it
    with pytest.raises(CommandError, match="broken in 1 place"):
        call_command("verify_audit", head=head)
    assert len(head.read_text().splitlines()) == 2, "a head of a broken trail must not be kept"
    trail.record("chart.read", by=None, patient=9)  # the gap filled with something else, as SQLite gives out numbers
    assert [pk for pk, _ in checking.faults(heads.read(head).all)] == [newest.pk]


def test_a_head_file_that_is_none_is_refused(tmp_path: Path) -> None:
    head = tmp_path / "head"
    head.write_text("not a head\n")
    with pytest.raises(CommandError, match="line 1"):
        call_command("verify_audit", head=head)


def test_a_patient_taken_off_a_list_event_is_found() -> None:
    trail.record("patients.listed", by=None, detail={"patients": [7, 8]})
    event = AuditEvent.objects.get()
    assert sorted(event.named.values_list("patient_id", flat=True)) == [7, 8]
    lift("audit_named")
    event.named.filter(patient_id=8).delete()
    assert list(checking.faults()) == [(event.pk, "its list of patients was changed")]


def test_a_patient_put_on_a_list_that_is_not_there_is_found() -> None:
    trail.record("chart.read", by=None, patient=7)
    NamedPatient.objects.create(event_id=10**9, patient_id=8)
    assert list(checking.faults()) == [(10**9, "its list of patients was changed")]
    if connection.vendor == "sqlite":  # has a foreign key for it besides
        with connection.constraint_checks_disabled():
            lift("audit_named")
            NamedPatient.objects.filter(event_id=10**9).delete()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way")
@pytest.mark.parametrize("recursive", ["ON", "OFF"])  # OFF: any other program that opens the file
def test_insert_or_replace_does_not_pass_the_guards(recursive: str) -> None:
    """A row in the place of a kept one: by its id, and under another id by whatever else must be unique."""
    furnish()
    tried = set()
    for guard in [guard for _, guard in guards.declared().values() if "DELETE" in guard.verbs]:
        kept = f"{guard.table} AS OLD {f'WHERE {guard.when}' if guard.when else ''}"
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA recursive_triggers={recursive}")
            cursor.execute(f"SELECT * FROM {kept} ORDER BY id LIMIT 1")
            row = cursor.fetchone()
            names = [f'"{column[0]}"' for column in cursor.description]
            if row is None:
                continue
            assert names[0] == '"id"'
            tried.add(guard.table)
            for first in (row[0], row[0] + 100_000):
                with transaction.atomic():
                    try:
                        with transaction.atomic():
                            cursor.execute(
                                f"INSERT OR REPLACE INTO {guard.table} ({', '.join(names)}) "
                                f"VALUES ({', '.join(['%s'] * len(names))})",
                                [first, *row[1:]],
                            )
                    except IntegrityError:
                        pass
                    cursor.execute(f"SELECT * FROM {guard.table} WHERE id = %s", [row[0]])
                    assert cursor.fetchone() == row, (guard.table, first)
                    transaction.set_rollback(True)
    assert {"audit_auditevent", "treatments_visit", "treatments_treatmentplan", "intake_assessment"} <= tried


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way")
def test_an_open_visit_does_not_take_the_place_of_a_signed_one() -> None:
    furnish()
    signed = Visit.objects.filter(status="signed").values().first()
    assert signed is not None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
            cursor.execute("UPDATE OR REPLACE treatments_visit SET id = %s WHERE status = 'draft'", [signed["id"]])
    assert Visit.objects.values().get(pk=signed["id"]) == signed


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own way")
def test_truncate_is_refused_and_a_switched_off_guard_is_named() -> None:
    trail.record("chart.read", by=None, patient=7)
    for name, (_, guard) in guards.declared().items():
        if "DELETE" not in guard.verbs:
            continue
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(Exception, match=r"never|kept|not deleted|only grows"), transaction.atomic():
                cursor.execute(f"TRUNCATE {guard.table} CASCADE")
        assert name not in guards.missing(connection)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER guard_audit_truncate")
    assert guards.missing(connection) == ["audit"]


def test_guards_come_back_after_a_table_was_remade() -> None:
    """Changing a column on SQLite makes the table anew and drops its triggers: migrate puts them back."""
    lift(*guards.declared())
    assert set(guards.missing(connection)) == set(guards.declared())
    call_command("migrate", verbosity=0)
    assert guards.missing(connection) == []


def test_everybody_on_a_list_is_found_by_who_looked_at_me() -> None:
    one, other = PatientFactory(), PatientFactory()
    trail.record("patients.listed", by=None, detail={"patients": [one.pk, other.pk]})
    trail.record("chart.read", by=None, patient=one)
    found = AuditEvent.objects.filter(named__patient_id=one.pk)
    assert {event.action for event in found} == {"patients.listed", "chart.read"}


def rewritten(event: AuditEvent, text: str) -> None:
    lift("audit")
    with connection.cursor() as cursor:
        cast = "::jsonb" if connection.vendor == "postgresql" else ""
        cursor.execute(f"UPDATE audit_auditevent SET detail = %s{cast} WHERE id = %s", [text, event.pk])


@pytest.mark.parametrize(
    "text", ['{"count":2,"of":"a,b"}', '{"of": "a,b", "count": 2}', '{"of":"a,\\u0062",\n"c\\u006funt":2}']
)
def test_a_detail_may_be_spelt_in_any_way(text: str) -> None:
    """Older versions wrote it otherwise than the digest reads it, and a database may."""
    trail.record("list.read", by=None, detail={"of": "a,b", "count": 2})
    event = AuditEvent.objects.get()
    rewritten(event, text)
    assert list(checking.faults()) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"count":2,"of":"a, b"}',
        '{"count":2.0,"of":"a,b"}',
        '{"count":2}',
        "{}",
        '{"count":2,"of":"a,b","patients":[]}',
    ],
)
def test_a_changed_detail_is_found_however_it_is_spelt(text: str) -> None:
    trail.record("list.read", by=None, detail={"of": "a,b", "count": 2})
    event = AuditEvent.objects.get()
    rewritten(event, text)
    assert (event.pk, "its content was changed") in list(checking.faults())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite keeps what was written, letter by letter")
def test_a_seal_and_a_list_cannot_hide_in_another_spelling() -> None:
    furnish()
    event = AuditEvent.objects.filter(object_type="visit", detail__has_key="seal").latest("id")
    visit = Visit.objects.get(pk=event.object_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail FROM audit_auditevent WHERE id = %s", [event.pk])
        [(text,)] = cursor.fetchall()
    rewritten(event, text.replace('"seal"', '"se\\u0061l"'))
    assert list(checking.faults()) == []
    lift("visit_signed")
    Visit.objects.filter(pk=visit.pk).update(needles_out=visit.needles_out + 1)
    assert (event.pk, f"visit {visit.pk}: the record was changed after it was signed") in list(checking.faults())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL lets no text into a column of numbers")
def test_no_column_stands_for_a_part_of_another() -> None:
    trail.record("list.read", by=None, patient=7, detail={"count": 2})
    event = AuditEvent.objects.get()
    lift("audit")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        for change in ("patient_id = '7,\"\"'", "object_id = '', detail = '\"\",{\"count\":2}'", "patient_id = '7 '"):
            with transaction.atomic():
                cursor.execute(f"UPDATE audit_auditevent SET {change}")
                try:
                    found = list(checking.faults())
                except ValueError:
                    found = [(event.pk, "unreadable")]
                transaction.set_rollback(True)
            assert found or change.endswith("'7 '"), change
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert list(checking.faults()) == []
