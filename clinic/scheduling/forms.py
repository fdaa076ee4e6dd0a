"""Forms of the schedule: they validate, nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from clinic.lib.records import RevisionField
from clinic.people.models import Patient, User
from clinic.scheduling.availability import day_starts, reached
from clinic.scheduling.day_search import Wish
from clinic.scheduling.models import Course, Service, WorkingHours
from clinic.scheduling.offers import read_slot_value
from clinic.scheduling.reason_words import course_words
from clinic.scheduling.together import Pairs

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
# name -> (words, starts no earlier, starts no later)
PARTS_OF_DAY = {
    "any": ("any time", dt.time(0, 0), dt.time(23, 59)),
    "morning": ("morning, until 12", dt.time(0, 0), dt.time(11, 59)),
    "afternoon": ("afternoon, 12 to 17", dt.time(12, 0), dt.time(16, 59)),
    "evening": ("evening, from 17", dt.time(17, 0), dt.time(23, 59)),
}


def practitioners() -> Any:
    return User.objects.filter(is_active=True, is_practitioner=True).order_by("name")


def day_field(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
        error_messages={"required": "Choose a day.", "invalid": "Write a day like 2026-11-26."},
        **more,
    )


def clock_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "form-control", "step": "300"}, format="%H:%M")


class SlotField(forms.CharField):
    """A free time as offered by the page; cleans to (moment, practitioner id)."""

    def __init__(self) -> None:
        super().__init__(max_length=60, label="Time", error_messages={"required": "Choose a time."})

    def clean(self, value: Any) -> tuple[dt.datetime, int]:
        text = super().clean(value)
        try:
            moment, practitioner = read_slot_value(text)
        except ValueError as error:
            raise forms.ValidationError("Choose one of the free times.") from error
        if not FIRST <= moment.date() <= LAST:
            raise forms.ValidationError("Choose one of the free times.")
        return moment, practitioner


class BookingForm(forms.Form):
    """One visit for one patient."""

    patient = forms.ModelChoiceField(
        Patient.objects.all(),
        label="Patient",
        widget=forms.TextInput,
        error_messages={"required": "Choose a patient.", "invalid_choice": "Choose a patient from the list."},
    )
    service = forms.ModelChoiceField(
        Service.objects.filter(is_active=True),
        label="Service",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "Choose a service."},
    )
    practitioner = forms.ModelChoiceField(
        practitioners(),
        label="Practitioner",
        required=False,
        empty_label="Whoever is free",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    day = day_field(label="Day")
    slot = SlotField()
    nonce = forms.CharField(max_length=40, min_length=8, widget=forms.HiddenInput)


class MoveForm(forms.Form):
    """Another time or practitioner for a booked visit."""

    practitioner = forms.ModelChoiceField(
        practitioners(), label="Practitioner", widget=forms.Select(attrs={"class": "form-select"})
    )
    day = day_field(label="Day")
    clock = forms.TimeField(
        label="Time",
        widget=clock_input(),
        error_messages={"required": "Choose a time.", "invalid": "Write a time like 15:00."},
    )
    version = RevisionField()

    def clean_clock(self) -> dt.time:
        clock: dt.time = self.cleaned_data["clock"]
        return clock.replace(second=0, microsecond=0)


class WishForm(forms.Form):
    """What suits the patient. All fields are optional."""

    first_day = day_field(label="Start on or after")
    weekdays = forms.TypedMultipleChoiceField(
        label="Days that suit",
        choices=[(value, label[:3]) for value, label in WorkingHours.Weekday.choices],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    part_of_day = forms.ChoiceField(
        label="Time of day",
        choices=[(name, words) for name, (words, _, _) in PARTS_OF_DAY.items()],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    at = forms.TimeField(
        label="Best at",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "form-control", "step": "900"}, format="%H:%M"),
        error_messages={"invalid": "Write a time like 15:00."},
    )
    practitioner = forms.ModelChoiceField(
        practitioners(),
        label="Practitioner",
        required=False,
        empty_label="Whoever is free",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    together = forms.ChoiceField(
        label="Same visits as",
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, pairs: Pairs | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairs = pairs or Pairs()
        if self.pairs.ready:
            which: Any = self.fields["together"]
            which.choices = [("", "This course alone")]
            which.choices += [(str(one.pk), f"The other course: {course_words(one)}") for one in self.pairs.ready]
        else:
            del self.fields["together"]

    @property
    def also(self) -> Course | None:
        """The second course, whose visits are among these; also while another field is wrong."""
        chosen = self.data.get("together", "")
        return next((one for one in self.pairs.ready if str(one.pk) == chosen), None)

    def wish(self) -> Wish:
        """The cleaned fields in the form the proposal needs."""
        _words, earliest, latest = PARTS_OF_DAY[self.cleaned_data["part_of_day"]]
        return Wish(
            weekdays=frozenset(self.cleaned_data["weekdays"]),
            earliest=earliest,
            latest=latest,
            at=self.cleaned_data["at"],
        )


class AbsenceForm(forms.Form):
    """Away for whole days, or from one time to another. ``only``: someone who may enter only their own."""

    practitioner = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        empty_label="The whole clinic is closed",
        label="Who",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    first_day = day_field(label="From")
    from_clock = forms.TimeField(required=False, label="From time", widget=clock_input())
    last_day = day_field(label="Until, this day too", required=False, help_text="Empty: one day.")
    until_clock = forms.TimeField(required=False, label="Until time", widget=clock_input())
    reason = forms.CharField(
        required=False,
        max_length=120,
        label="Note",
        help_text="Read by all staff: no illness here.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, only: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        who: Any = self.fields["practitioner"]
        who.queryset = practitioners()
        if only is not None:
            who.queryset = practitioners().filter(pk=only.pk)
            who.empty_label, who.required, who.initial = None, True, only.pk

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        first = typed.get("first_day")
        if not first or self.errors:
            return typed
        last, zone = typed.get("last_day") or first, self.zone
        starts = reached(first, typed.get("from_clock") or dt.time(), zone)
        until = typed.get("until_clock")
        ends = reached(last, until, zone) if until else day_starts(last + dt.timedelta(days=1), zone)
        if ends <= starts:
            raise forms.ValidationError("It ends before it begins: look at the days and times again.")
        if ends - starts > dt.timedelta(days=400):
            raise forms.ValidationError("That is more than a year. Look at the days again.")
        return {**typed, "starts_at": starts, "ends_at": ends}

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("practitioner", "starts_at", "ends_at", "reason")}
