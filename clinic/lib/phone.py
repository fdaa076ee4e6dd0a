"""A phone number parsed only when needed: most pages name patients without showing their number."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from phonenumber_field.modelfields import PhoneNumberDescriptor
from phonenumber_field.modelfields import PhoneNumberField as ParsedPhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber, to_python


class KnownNumber(PhoneNumber):  # type: ignore[misc]  # the package has no types
    """Whether it is valid and how it is written is worked out once: a page asks each number ten times. Shared by all
    who have the number, so nobody changes it."""

    def is_valid(self) -> bool:
        known: bool | None = self.__dict__.get("known_valid")
        if known is None:
            known = self.__dict__["known_valid"] = super().is_valid()
        return known

    def format_as(self, format: int) -> str:
        known: dict[int, str] = self.__dict__.setdefault("known_words", {})
        if format not in known:
            known[format] = super().format_as(format)
        return known[format]


@lru_cache(maxsize=2000)
def known(text: str, region: str | None = None) -> PhoneNumber:
    """The number that a text says, parsed once while it is asked for often."""
    found = KnownNumber()
    found.merge_from(to_python(text, region=region))
    return found


class LazyPhoneNumber(PhoneNumberDescriptor):  # type: ignore[misc]  # the package has no types
    """Keeps the value as set or stored, and parses it as a number on first access."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        value = super().__get__(instance, owner)
        if isinstance(value, str) and value:
            value = instance.__dict__[self.field.name] = known(value, self.field.region)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.name] = value if isinstance(value, str) else to_python(value)


class PhoneNumberField(ParsedPhoneNumberField):  # type: ignore[misc]  # the package has no types
    """Like the package's field except for when it parses the number; the same column, so no migration."""

    descriptor_class = LazyPhoneNumber

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "phonenumber_field.modelfields.PhoneNumberField", args, kwargs
