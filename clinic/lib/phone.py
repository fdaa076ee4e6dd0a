"""A phone number parsed only when needed: most pages name patients without showing their number."""

from __future__ import annotations

from typing import Any

from phonenumber_field.modelfields import PhoneNumberDescriptor
from phonenumber_field.modelfields import PhoneNumberField as ParsedPhoneNumberField
from phonenumber_field.phonenumber import to_python


class LazyPhoneNumber(PhoneNumberDescriptor):  # type: ignore[misc]  # the package has no types
    """Keeps the value as set or stored, and parses it as a number on first access."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        value = super().__get__(instance, owner)
        if isinstance(value, str) and value:
            value = instance.__dict__[self.field.name] = to_python(value, region=self.field.region)
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
