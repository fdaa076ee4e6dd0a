"""Staff and patients for tests: `UserFactory(desk=True)`, `PatientFactory(family_name="Ahn")`."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from clinic.people.models import Patient, User
from clinic.people.search import index


class UserFactory(DjangoModelFactory):
    """A member of staff; without a trait, one who holds no role. `password="..."` where sign-in is tested."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        owner = factory.Trait(is_owner=True, name=factory.Sequence(lambda n: f"Olive Owner {n}"))
        practitioner = factory.Trait(
            is_practitioner=True,
            name=factory.Sequence(lambda n: f"Petra Needle {n}"),
            title="L.Ac.",
        )
        desk = factory.Trait(is_front_desk=True, name=factory.Sequence(lambda n: f"Dora Desk {n}"))

    email = factory.Sequence(lambda n: f"staff{n}@clinic.example")
    name = factory.Sequence(lambda n: f"Sam Staff {n}")

    @factory.post_generation
    def password(self, create: bool, extracted: str | None, **_: object) -> None:
        if not create:
            return
        self.set_password(extracted)  # None: an account nobody can sign in to by password
        self.save(update_fields=["password"])


class PatientFactory(DjangoModelFactory):
    """An invented patient, findable by name, phone and e-mail like a real one."""

    class Meta:
        model = Patient
        skip_postgeneration_save = True

    given_name = factory.Iterator(["Ana", "Ben", "Chiara", "Dmitri", "Elif", "Femi"])
    family_name = factory.Sequence(lambda n: f"Muster{n}")
    date_of_birth = dt.date(1984, 5, 17)
    sex = Patient.Sex.FEMALE
    email = factory.Sequence(lambda n: f"patient{n}@mail.example")
    phone = factory.Sequence(lambda n: f"+1202555{n % 10000:04d}")

    @factory.post_generation
    def words(self, create: bool, extracted: object, **_: object) -> None:
        if create:
            index([Patient.objects.get(pk=self.pk)])
