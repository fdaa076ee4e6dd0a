"""What every test may ask for."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from clinic.audit import guards
from tests.support import chromium


def pytest_configure() -> None:
    """Tests need no hashed file names and no slow password hash; everything else is as in production."""
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ASHI_DEMO = True
    settings.ASHI_KNOWLEDGE = None  # a developer's own file in var/ is not under test
    settings.SECURE_SSL_REDIRECT = False
    settings.HUEY = {"name": "tests", "huey_class": "huey.MemoryHuey", "immediate": False}  # nobody works it off


PURE = (
    "tests/intake/assessment/",
    "tests/intake/questionnaire/test_merging",
    "tests/treatments/planner/",
    "tests/treatments/test_cases",
    "tests/test_architecture",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the pure rooms: the same on every database, because they open none."""
    for item in items:
        path = item.path.relative_to(item.config.rootpath).as_posix()
        if path.startswith(PURE):
            item.add_marker(pytest.mark.pure)


@pytest.fixture(autouse=True, scope="session")
def _mail_through_the_outbox(django_test_environment: None) -> None:
    """As in production: every mail is a row first. ``deliver_due()`` then takes it to ``mail.outbox``."""
    from django.conf import settings

    settings.EMAIL_BACKEND = "clinic.outbox.backend.OutboxBackend"
    settings.ASHI_MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _pure_means_no_database(request: pytest.FixtureRequest) -> None:
    marks = {mark.name for mark in request.node.iter_markers()}
    assert not {"pure", "django_db"} <= marks, "a test of a pure room must not open the database"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **chromium.launch()}


@pytest.fixture(autouse=True, scope="session")
def _flush_past_guards() -> None:
    """Emptying tables after a transactional test is what guards refuse: lift them for it, put them back."""
    teardown = TransactionTestCase._fixture_teardown

    def lifted(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
            else:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TRIGGER {name}")
        try:
            teardown(self)
        finally:
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET session_replication_role = DEFAULT")
            guards.keep_standing(connection)

    TransactionTestCase._fixture_teardown = lifted  # type: ignore[method-assign]
