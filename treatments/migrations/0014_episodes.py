"""A plan is for one complaint: in force once for each, and versions are counted for each."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from clinic.audit.guards import Guard, Lift

_FROZEN = (
    "patient_id proposal_id version treatment edits earlier overrides review revision created_by_id created_at "
    "changed_at signed_by_id signed_at course_reference supersedes_id is_by_hand"
).split()


def _guards(frozen: list[str], moves_on: str) -> list[dict]:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in frozen)
    return [
        {
            "table": "treatments_treatmentplan",
            "name": "plan_signed",
            "message": "a signed plan is never changed: make a new version",
            "when": f"OLD.status <> 'draft' AND ({moves_on} OR {changed})",
            "verbs": ("UPDATE",),
        },
        {
            "table": "treatments_treatmentplan",
            "name": "plan_kept",
            "message": "a signed plan is never removed",
            "when": "OLD.status <> 'draft'",
            "verbs": ("DELETE",),
        },
    ]


def _signed(*others: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(status__in=("draft", "set_aside"), signed_by__isnull=True, signed_at__isnull=True)
        | Q(status__in=("signed", "superseded", *others), signed_by__isnull=False, signed_at__isnull=False),
        name="plan_signed_by_somebody",
    )


def _status(*others: tuple[str, str]) -> models.CharField:
    choices = [("draft", "draft"), ("signed", "signed"), ("superseded", "replaced by a newer version")]
    return models.CharField(choices=[*choices, *others, ("set_aside", "discarded")], default="draft", max_length=12)


def give(apps, schema_editor) -> None:
    """A plan has the episode of the assessment it came from; a complaint with a plan in force is open."""
    Plan, Proposal = apps.get_model("treatments", "TreatmentPlan"), apps.get_model("treatments", "Proposal")
    Episode = apps.get_model("intake", "Episode")
    of = Proposal.objects.filter(pk=OuterRef("proposal")).values("assessment__episode")[:1]
    Plan.objects.update(episode=Subquery(of))
    running = Plan.objects.filter(status__in=("draft", "signed"))
    Episode.objects.filter(closed_code="earlier", pk__in=running.values("episode")).update(
        closed_at=None, closed_code=""
    )
    schema_editor.connection.check_constraints()


def take_back(apps, schema_editor) -> None:
    """Without episodes a patient has one draft and one plan in force, the newest of each, and one count of versions."""
    Plan = apps.get_model("treatments", "TreatmentPlan")

    def older(status: str) -> models.QuerySet:
        newer = Plan.objects.filter(status=status, patient=OuterRef("patient"), pk__gt=OuterRef("pk"))
        return Plan.objects.filter(Exists(newer), status=status)

    Plan.objects.filter(status="ended").update(status="superseded")
    older("signed").update(status="superseded")
    older("draft").update(
        status="set_aside", set_aside_at=Now(), set_aside_by=F("created_by"), set_aside_code="other",
        set_aside_note="One draft for each patient again",
    )  # fmt: skip
    twin = Plan.objects.filter(patient=OuterRef("patient"), version=OuterRef("version")).exclude(pk=OuterRef("pk"))
    several = Plan.objects.filter(Exists(twin)).order_by().values_list("patient", flat=True).distinct()
    for patient in [*several]:
        for number, pk in enumerate(Plan.objects.filter(patient=patient).order_by("pk").values_list("pk", flat=True)):
            Plan.objects.filter(pk=pk).update(version=number + 1)
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0022_episodes"),
        ("treatments", "0013_undo_steps"),
    ]

    operations = [
        *[Lift(**guard) for guard in _guards(_FROZEN, "NEW.status <> 'superseded'")],
        migrations.AddField(
            "treatmentplan",
            "episode",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="intake.episode"
            ),
        ),
        migrations.RemoveConstraint("treatmentplan", "plan_version_once"),
        migrations.RemoveConstraint("treatmentplan", "plan_one_draft"),
        migrations.RemoveConstraint("treatmentplan", "plan_one_in_force"),
        migrations.RemoveConstraint("treatmentplan", "plan_signed_by_somebody"),
        migrations.AlterField("treatmentplan", "status", _status(("ended", "ended with its complaint"))),
        migrations.RunPython(give, take_back),
        migrations.AlterField(
            "treatmentplan",
            "episode",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="intake.episode"),
        ),
        migrations.AlterField("treatmentplan", "version", models.PositiveIntegerField(default=1)),
        migrations.AddConstraint(
            "treatmentplan", models.UniqueConstraint(fields=("episode", "version"), name="plan_version_once")
        ),
        migrations.AddConstraint(
            "treatmentplan",
            models.UniqueConstraint(condition=Q(status="draft"), fields=("episode",), name="plan_one_draft"),
        ),
        migrations.AddConstraint(
            "treatmentplan",
            models.UniqueConstraint(condition=Q(status="signed"), fields=("episode",), name="plan_one_in_force"),
        ),
        migrations.AddConstraint("treatmentplan", _signed("ended")),
        *[Guard(**guard) for guard in _guards([*_FROZEN, "episode_id"], "NEW.status NOT IN ('superseded', 'ended')")],
    ]
