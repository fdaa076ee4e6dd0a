"""The clinic, the people who work there, its patients, and the safety facts known about a patient."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from clinic.lib.kept_queries import KeptQuery
from clinic.lib.phone import PhoneNumberField
from clinic.people.help_lines import national_lines


def _time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Write one like Europe/Berlin or America/Chicago.")


_of_this_request: ContextVar[Clinic | None] = ContextVar("clinic", default=None)


class Clinic(models.Model):
    """The one clinic this installation serves."""

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[_time_zone])
    emergency_number = models.CharField(max_length=20, default="112")
    crisis_line = models.CharField("mental-health crisis line", max_length=60, blank=True)
    violence_line = models.CharField("domestic-violence helpline", max_length=60, blank=True)
    age_of_consent = models.PositiveSmallIntegerField(
        "age of consent", default=18, validators=[MinValueValidator(1), MaxValueValidator(25)]
    )  # younger patients need a guardian's signature
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(blank=True)
    alert_email = models.EmailField("e-mail that gets red-flag alerts", blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="only_one_clinic")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        _of_this_request.set(None)  # before: who hears that it was saved counts by the new clock (scheduling.kept)
        super().save(*args, **kwargs)

    @property
    def line_for_crisis(self) -> str:
        """What was set, else the national line if one is known, else empty."""
        return self.crisis_line or national_lines().crisis

    @property
    def line_for_violence(self) -> str:
        return self.violence_line or national_lines().violence

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @classmethod
    def current(cls) -> Clinic:
        """The clinic's row, created with plain defaults if the owner has not set it up yet. Read once per request."""
        return _of_this_request.get() or cls.read()

    @classmethod
    def read(cls) -> Clinic:
        """Fresh from the database, for changing it."""
        one = next(iter(_the_clinic()), None)  # on every page: building the query costs thrice its answer
        return one or cls.objects.get_or_create(pk=1, defaults={"name": "Our clinic"})[0]

    @classmethod
    def read_with(cls, session_key: str) -> Clinic | None:
        """The same if it is there, with ``session_data``, None for no such session: each page asks for both at once."""
        return next(iter(_the_clinic_and_session(session_key, timezone.now())), None)

    @classmethod
    @contextmanager
    def kept(cls, clinic: Clinic) -> Iterator[Clinic]:
        """Within this block this row, just read, is ``current``, unless it is changed."""
        before = _of_this_request.set(clinic)
        try:
            yield clinic
        finally:
            _of_this_request.reset(before)


@KeptQuery
def _the_clinic() -> models.QuerySet[Clinic]:
    return Clinic.objects.filter(pk=1).order_by()


@KeptQuery
def _the_clinic_and_session(key: str, now: dt.datetime) -> models.QuerySet[Clinic]:
    open_ones = Session.objects.filter(session_key=key, expire_date__gt=now).values("session_data")
    return Clinic.objects.filter(pk=1).order_by().annotate(session_data=models.Subquery(open_ones))


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A member of staff. They sign in with ``email``. Raises ValueError without one."""
        if not email:
            raise ValueError("A member of staff needs an e-mail address to sign in with.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_owner=True, **fields)


class User(AbstractBaseUser):
    """A member of staff. One person can be owner, practitioner and front desk at once."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField("title and licence", max_length=120, blank=True)
    is_owner = models.BooleanField("owner", default=False)
    is_practitioner = models.BooleanField("practitioner", default=False)
    is_front_desk = models.BooleanField("front desk", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    colour = models.CharField(max_length=7, default="#2f6f5e")  # of their column in the calendar

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "member of staff"
        verbose_name_plural = "staff"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """This address is the only one: allauth's own table of addresses is kept in sync, verified by the owner."""
        self.email = self.email.lower()
        with transaction.atomic():
            super().save(*args, **kwargs)
            fields = kwargs.get("update_fields")
            if fields is None or "email" in fields:
                self._keep_address()

    def _keep_address(self) -> None:
        from allauth.account.models import EmailAddress  # it needs the user model first

        EmailAddress.objects.filter(user=self).exclude(email=self.email).delete()
        EmailAddress.objects.update_or_create(user=self, email=self.email, defaults={"verified": True, "primary": True})

    # Django's admin calls these; the answer comes from the one table in access.py: the owner, nobody else.
    @property
    def is_staff(self) -> bool:
        return self.is_owner and self.is_active

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


def name_of(given_name: str, family_name: str) -> str:
    """How pages name a patient."""
    return f"{given_name} {family_name}".strip()


class Patient(models.Model):
    """A person treated here. Contact and identity only; what is wrong lives in ``intake``."""

    class Sex(models.TextChoices):
        FEMALE = "female", "female"
        MALE = "male", "male"
        OTHER = "other", "other"
        UNKNOWN = "", "not given"

    class NoPhone(models.TextChoices):
        """Why there is no number: not asked yet, or what was answered."""

        OPEN = "", "not asked yet"
        NONE = "none", "has no phone"
        DECLINED = "declined", "would rather not say"

    class MessagesBy(models.TextChoices):
        """The way the patient wants messages about visits."""

        OPEN = "", "not asked yet"
        EMAIL = "email", "by e-mail"
        PHONE = "phone", "by phone"
        NONE = "none", "no messages"

    given_name = models.CharField("given name", max_length=80)
    family_name = models.CharField("family name", max_length=80)
    preferred_name = models.CharField("likes to be called", max_length=80, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=8, choices=Sex, blank=True, default=Sex.UNKNOWN)
    email = models.EmailField("e-mail", blank=True)
    messages_by = models.CharField(
        "messages about visits", max_length=8, choices=MessagesBy, blank=True, default=MessagesBy.OPEN
    )
    phone = PhoneNumberField(blank=True)
    no_phone = models.CharField("instead of a number", max_length=8, choices=NoPhone, blank=True, default=NoPhone.OPEN)
    emergency_name = models.CharField("emergency contact", max_length=120, blank=True)
    emergency_phone = PhoneNumberField("their phone", blank=True)
    emergency_relation = models.CharField("who they are to the patient", max_length=60, blank=True)
    occupation = models.CharField(max_length=120, blank=True)
    doctor = models.CharField("doctor or who referred them", max_length=120, blank=True)
    address = models.TextField(blank=True)
    # of forms, mails and papers; NULL: not known, so the one that their browser asks for (SQLite copies the table for
    # anything else than NULL, and a copy loses the guards)
    language = models.CharField("reads", max_length=10, null=True, blank=True)  # noqa: DJ001
    desk_note = models.CharField("note for the front desk", max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)  # two people editing: the second gets a conflict

    class Meta:
        ordering = ["family_name", "given_name", "id"]
        indexes = [models.Index(fields=["family_name", "given_name", "id"], name="patient_by_name")]

    def __str__(self) -> str:
        return name_of(self.given_name, self.family_name)

    def age_on(self, day: dt.date) -> int | None:
        """Whole years on a date, or None if the date of birth is unknown."""
        born = self.date_of_birth
        if born is None:
            return None
        return int(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


class ContactChange(models.Model):
    """What the patient reported about themselves that differs from the record: it waits for someone to look at it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_changes")
    field = models.CharField(max_length=24)  # a field of Patient
    value = models.CharField(max_length=160)  # as text; a date as ISO
    told_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_taken = models.BooleanField(null=True)  # taken into the record, or not

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "field"], condition=models.Q(decided_at=None), name="contact_change_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.patient}"


class PatientWord(models.Model):
    """One searchable word of a patient: found by its first letters, on both databases."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="words", db_index=False)
    word = models.CharField(max_length=80)  # sorted by plain code points, also on PostgreSQL (migration 0008)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "word"], name="patient_word_once")]
        indexes = [models.Index(fields=["word", "patient"], name="patient_word_first")]

    def __str__(self) -> str:
        return self.word


class SafetyFact(models.Model):
    """A condition or wish known about a patient (``condition.*``, ``wish.*``): present, absent, or unknown again.

    Rows are added, never changed; the newest row of a finding counts. Finding ids are those of the vocabulary.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="safety_facts")
    finding = models.CharField(max_length=60)
    present = models.BooleanField(null=True)  # None: no longer known
    note = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "finding", "-id"], name="safety_fact_newest")]

    def __str__(self) -> str:
        return f"{self.finding}={self.present}"


class SafetyEntry(models.Model):
    """A medicine, condition, allergy or implant as a practitioner wrote it. What it means for safety is a SafetyFact
    written with it, if the vocabulary has a ``finding`` for it. Rows never change, but for their end.
    """

    class Kind(models.TextChoices):
        MEDICINE = "medicine", "medicine"
        CONDITION = "condition", "condition"
        ALLERGY = "allergy", "allergy"
        IMPLANT = "implant", "implant or device"
        PREGNANCY = "pregnancy", "pregnancy"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="safety_entries")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=80, blank=True)  # of an implant
    since = models.DateField(null=True, blank=True)
    finding = models.CharField(max_length=60, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-id"], name="safety_entry_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_by=None, ended_at=None)
                | models.Q(ended_by__isnull=False, ended_at__isnull=False),
                name="safety_entry_ended_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"

    @property
    def words(self) -> str:
        """As written, with the place: "pacemaker, left chest"."""
        return ", ".join(part for part in (self.name, self.place) if part)
