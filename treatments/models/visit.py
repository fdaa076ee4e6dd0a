"""What was actually done at a visit, and what went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Max, Q, When
from django.db.models.functions import Now

from clinic.lib.records import Signable
from clinic.people.models import Patient
from clinic.people.set_aside import SetAside, consistent
from treatments.models.plan import TreatmentPlan
from treatments.planner.treatment.visit_shapes import VisitRecord

# of the plan and what it is based on: whole documents that no visit reads
UNREAD = (
    "plan__edits", "also_plan__edits", "plan__proposal__case",
    "plan__proposal__result", "plan__proposal__assessment__result", "plan__proposal__assessment__notes",
)  # fmt: skip


class VisitQuerySet(models.QuerySet["Visit"]):
    def with_plan(self) -> VisitQuerySet:
        """With the plan, and all that the patient's picture is built from."""
        return self.select_related(
            "patient",
            "plan__episode",
            "also_plan__episode",
            "plan__proposal__assessment__patient",
            "plan__proposal__assessment__response",
            "plan__proposal__assessment__episode",
        ).defer(*UNREAD)

    def counting(self) -> VisitQuerySet:
        """Without those entered in error: for all numbers, counts, courses and outcomes."""
        return self.exclude(status=Visit.Status.SET_ASIDE)

    def of_course(self, plan: TreatmentPlan) -> VisitQuerySet:
        """Those that count in a plan's course, under whichever version of the plan."""
        return self.in_course(plan.patient_id, plan.course_reference)

    def in_course(self, patient: Any, reference: Any) -> VisitQuerySet:
        """The same by patient and reference, also those of an outer query. ``course_number``: the number in it."""
        rows = self.counting().filter(Q(plan__course_reference=reference) | Q(also_plan__course_reference=reference))
        own = When(plan__course_reference=reference, then=F("number"))
        number = Case(own, default=F("also_number"), output_field=models.PositiveSmallIntegerField())
        return rows.filter(patient=patient).annotate(course_number=number)

    def done(self) -> VisitQuerySet:
        """Those that took place and are documented: signed. One merely begun is not done."""
        return self.filter(status=Visit.Status.SIGNED)

    def numbers(self) -> set[int]:
        """Of these visits of a course, their numbers in it."""
        return set(self.values_list("course_number", flat=True))  # type: ignore[misc]  # annotated by in_course

    def last_number(self) -> int:
        """The number of the latest of these visits of a course, 0 if there is none."""
        return self.aggregate(last=Max("course_number"))["last"] or 0


class Visit(Signable, SetAside):
    """One treatment. A draft can be edited; a signed one is locked by the database and can only be amended.

    Either may be set aside as entered in error: kept and readable, but counted nowhere.

    ``record``: what was asked, planned and done; see ``visits/record.py``.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        SIGNED = "signed", "signed"
        SET_ASIDE = "set_aside", "entered in error"

    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="visits")
    plan = models.ForeignKey("treatments.TreatmentPlan", on_delete=models.PROTECT, related_name="visits")
    number = models.PositiveSmallIntegerField()
    # the plan of a second complaint that this visit serves, too, and its number in that course
    also_plan = models.ForeignKey(
        "treatments.TreatmentPlan", on_delete=models.PROTECT, null=True, blank=True, related_name="also_visits"
    )
    also_number = models.PositiveSmallIntegerField(null=True, blank=True)
    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, null=True, blank=True, related_name="visits"
    )
    practitioner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    started_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    record: models.JSONField[VisitRecord, VisitRecord] = models.JSONField(default=dict, blank=True)
    needles_in = models.PositiveSmallIntegerField(default=0)
    needles_out = models.PositiveSmallIntegerField(default=0)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["patient", "-started_at"], name="visit_newest"),
            models.Index(fields=["practitioner", "-started_at"], condition=Q(status="draft"), name="visit_draft_of"),
            models.Index(fields=["started_at"], condition=Q(status="draft"), name="visit_draft_since"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["also_plan", "also_number"],
                condition=Q(also_plan__isnull=False) & ~Q(status="set_aside"),
                name="visit_also_number_once",
            ),
            models.CheckConstraint(
                condition=Q(also_plan=None, also_number=None)
                | (Q(also_plan__isnull=False, also_number__isnull=False) & ~Q(also_plan=F("plan"))),
                name="visit_for_two_with_a_number",
            ),
            models.UniqueConstraint(
                fields=["plan", "number"], condition=~Q(status="set_aside"), name="visit_number_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "set_aside"), signed_by__isnull=True, signed_at__isnull=True)
                | Q(status__in=("signed", "set_aside"), signed_by__isnull=False, signed_at__isnull=False),
                name="visit_signed_by_somebody",
            ),
            consistent("visit_set_aside_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"visit {self.number} of patient {self.patient_id}, {self.status}"


class Amendment(models.Model):
    """An addition to a signed visit. The original text stays; rows never change."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="amendments")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"amendment {self.pk} to visit {self.visit_id}"


class AdverseEventQuerySet(models.QuerySet["AdverseEvent"]):
    def open_serious(self, patient: Patient | int) -> AdverseEventQuerySet:
        """Serious events not reviewed yet: until they are, no new plan is signed and no visit begun."""
        return self.filter(patient=patient, serious=True, follows=None, later=None)


class AdverseEvent(models.Model):
    """Something unwanted during or after a treatment. Rows never change: news of the same event is a new
    row that points to the first one with ``follows``. Codes are those of the safety table (bruise, faint, ...).
    """

    class Severity(models.TextChoices):
        MILD = "mild", "mild"
        MODERATE = "moderate", "moderate"
        SEVERE = "severe", "severe"

    class Relation(models.TextChoices):
        UNLIKELY = "unlikely", "unlikely"
        POSSIBLE = "possible", "possible"
        PROBABLE = "probable", "probable"
        CERTAIN = "certain", "certain"

    class Action(models.TextChoices):
        NONE = "none", "none"
        STOPPED = "stopped", "treatment stopped"
        FIRST_AID = "first_aid", "first aid"
        REFERRED = "referred", "sent to a doctor"
        HOSPITAL = "hospital", "sent to hospital"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="adverse_events")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="adverse_events")
    code = models.CharField(max_length=20)
    severity = models.CharField(max_length=10, choices=Severity)
    serious = models.BooleanField(default=False)  # death, danger to life, hospital, disability, harm to the unborn
    onset = models.DateTimeField(null=True, blank=True)
    modality = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=80, blank=True)
    relation = models.CharField(max_length=10, choices=Relation)
    action = models.CharField(max_length=10, choices=Action, default=Action.NONE)
    outcome = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="later")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = AdverseEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-id"], name="adverse_event_newest")]

    def __str__(self) -> str:
        return f"{self.code} ({self.severity}) of patient {self.patient_id}"
