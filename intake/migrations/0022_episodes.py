"""Complaints of a patient are kept apart: what exists is given to one episode for each complaint its intakes named."""

from __future__ import annotations

import re

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from django.db.models import Case, Count, F, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from clinic.audit.guards import Guard, Lift

_FROZEN = (
    "patient_id response_id findings levels ashi notes confirmed result knowledge_version revision "
    "created_by_id created_at signed_by_id signed_at supersedes_id"
).split()
AT_ONCE = 2000


def _guards(frozen: list[str]) -> list[dict]:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in frozen)
    return [
        {
            "table": "intake_assessment",
            "name": "assessment_signed",
            "message": "a signed assessment is never changed: sign a new one",
            "when": f"OLD.status <> 'draft' AND (NEW.status <> 'superseded' OR {changed})",
            "verbs": ("UPDATE",),
        },
        {
            "table": "intake_assessment",
            "name": "assessment_kept",
            "message": "a signed assessment is never removed",
            "when": "OLD.status <> 'draft'",
            "verbs": ("DELETE",),
        },
    ]


def _known(said: str | None) -> str:
    """What the answers say that it is about; forms before it was asked were about a place of the drawing."""
    about = {"place": "back", "other": "not_pain"}.get(said or "", said)
    return about if about and re.fullmatch(r"[a-z_0-9]{1,40}", about) else "back"


def give(apps, schema_editor) -> None:
    """One episode for each complaint of a patient; then everything gets its own."""
    Episode, Response, Assessment, Score = (
        apps.get_model("intake", name) for name in ("Episode", "IntakeResponse", "Assessment", "Score")
    )
    sent = Response.objects.annotate(said=KT("answers__complaint")).order_by("pk")
    about: dict[int, str] = {}  # response -> complaint
    newest: dict[int, tuple] = {}  # patient -> (when, complaint) of the newest intake
    first: dict[tuple[int, str], object] = {}
    for pk, patient, said, at in sent.values_list("pk", "patient", "said", "submitted_at").iterator():
        about[pk] = _known(said)
        if at is None:
            continue
        key = (patient, about[pk])
        first[key] = min(first.get(key, at), at)
        newest[patient] = max(newest.get(patient, (at, about[pk])), (at, about[pk]))
    made = Episode.objects.bulk_create(
        (Episode(patient_id=patient, complaint=said, opened_at=at) for (patient, said), at in first.items()),
        batch_size=AT_ONCE,
    )
    ids = {(one.patient_id, one.complaint): one.pk for one in made}
    _to_assessments(Episode, Assessment, ids, newest, about)
    of_one = Episode.objects.filter(patient=OuterRef("patient")).order_by().values("patient")
    only = of_one.annotate(n=Count("pk"), one=Min("pk")).filter(n=1).values("one")
    Score.objects.update(episode=Subquery(only))
    _close_earlier(Episode, Assessment, newest)
    schema_editor.connection.check_constraints()


def _to_assessments(Episode, Assessment, ids: dict, newest: dict, about: dict) -> None:
    found = Cast("findings", models.TextField())
    ticked = Case(When(named=True, then=F("found")), default=Value(""), output_field=models.TextField())
    rows = Assessment.objects.annotate(found=found)
    rows = rows.annotate(named=models.ExpressionWrapper(Q(found__contains='"complaint.'), models.BooleanField()))
    rows = rows.annotate(ticked=ticked).order_by("pk")
    of: list[tuple[int, int]] = []  # (assessment, episode)
    for pk, patient, response, told, at in [*rows.values_list("pk", "patient", "response", "ticked", "created_at")]:
        tick = re.search(r'"complaint\.([a-z_0-9]{1,40})": ?true', told)  # the practitioner outranks the form
        if tick:
            key = (patient, tick[1])
        elif response is not None:
            key = (patient, about[response])
        else:
            key = (patient, newest[patient][1]) if patient in newest else (patient, "")
        if key not in ids:
            ids[key] = Episode.objects.create(patient_id=patient, complaint=key[1], opened_at=at).pk
        of.append((pk, ids[key]))
    for start in range(0, len(of), 200):
        some = of[start : start + 200]
        which = Case(*(When(pk=pk, then=Value(one)) for pk, one in some), output_field=models.BigIntegerField())
        Assessment.objects.filter(pk__in=[pk for pk, _ in some]).update(episode=which)


def _close_earlier(Episode, Assessment, newest: dict) -> None:
    """Of several complaints those without an open record and without the newest intake are over."""
    several = Episode.objects.order_by().values("patient").annotate(n=Count("pk")).filter(n__gt=1).values("patient")
    running = Assessment.objects.filter(status__in=("draft", "signed"), episode__isnull=False).values("episode")
    over = Episode.objects.filter(patient__in=several).exclude(pk__in=running)
    for one in over.iterator():
        if newest.get(one.patient_id, (None, None))[1] != one.complaint:
            at = newest.get(one.patient_id, (one.opened_at, ""))[0]
            Episode.objects.filter(pk=one.pk).update(closed_at=max(at, one.opened_at), closed_code="earlier")


def take_back(apps, schema_editor) -> None:
    """Without episodes a patient has one open draft and one assessment in force: the newest of each."""
    Assessment = apps.get_model("intake", "Assessment")
    for status in ("draft", "signed"):
        rows = Assessment.objects.filter(status=status)
        newer = rows.filter(patient=OuterRef("patient"), pk__gt=OuterRef("pk"))
        older = rows.filter(models.Exists(newer))
        if status == "signed":
            older.update(status="superseded")
        else:
            older.update(
                status="set_aside",
                set_aside_at=django.db.models.functions.datetime.Now(),
                set_aside_by=F("created_by"),
                set_aside_code="other",
                set_aside_note="One draft for each patient again",
            )
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0021_screen_stays"),
        ("people", "0010_safety_entries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Episode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("complaint", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=120)),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("better", "Better: no more treatment needed"),
                            ("stopped", "The patient stopped"),
                            ("referred", "Sent to someone else"),
                            ("no_help", "It did not help"),
                            ("mistake", "Opened by mistake"),
                            ("other", "Other (say which)"),
                            ("earlier", "An earlier complaint"),
                        ],
                        max_length=10,
                    ),
                ),
                ("closed_note", models.CharField(blank=True, max_length=300)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="episodes", to="people.patient"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        *[Lift(**guard) for guard in _guards(_FROZEN)],
        migrations.AddField(
            "assessment",
            "episode",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assessments",
                to="intake.episode",
            ),
        ),
        migrations.AddField(
            "score",
            "episode",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scores",
                to="intake.episode",
            ),
        ),
        migrations.RemoveConstraint(model_name="assessment", name="one_open_assessment_per_patient"),
        migrations.RunPython(give, take_back),
        migrations.AlterField(
            "assessment",
            "episode",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="intake.episode"
            ),
        ),
        migrations.AddConstraint(
            "assessment",
            models.UniqueConstraint(
                condition=Q(status="draft"), fields=("episode",), name="one_open_assessment_per_episode"
            ),
        ),
        migrations.AddConstraint(
            "assessment",
            models.UniqueConstraint(condition=Q(status="signed"), fields=("episode",), name="assessment_one_in_force"),
        ),
        migrations.AddConstraint(
            "episode",
            models.UniqueConstraint(
                condition=Q(closed_at=None) & ~Q(complaint=""),
                fields=("patient", "complaint"),
                name="episode_open_once_per_complaint",
            ),
        ),
        migrations.AddConstraint(
            "episode",
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closed_code="", closed_note="")
                | (Q(closed_at__isnull=False) & ~Q(closed_code="")),
                name="episode_closed_with_a_reason",
            ),
        ),
        *[Guard(**guard) for guard in _guards([*_FROZEN, "episode_id"])],
        Guard("intake_episode", "episode_kept", "a complaint is closed, never removed", verbs=("DELETE",)),
        Guard("intake_score", "score_kept", "a score is never removed", verbs=("DELETE",)),
    ]
