from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Staff(AbstractBaseUser):
    """The table of Ashi's staff."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    objects: BaseUserManager[Staff] = BaseUserManager()
    USERNAME_FIELD = "email"

    class Meta:
        managed = False
        db_table = "people_user"

    def __str__(self) -> str:
        return self.name
