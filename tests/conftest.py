"""What every test may ask for."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.test.utils import ContextList
from pytest_django import DjangoDbBlocker

from clinic.audit import guards
from clinic.lib import complaints
from clinic.people.models import Patient, User
from tests.factories.people import PatientFactory, UserFactory
from tests.support import chromium, draws, kept_files, pure, quick


def pytest_configure() -> None:
    """Tests need no hashed file names and no slow password hash; everything else is as in production."""
    from django.conf import settings
    from django.test import client

    draws.usual()
    gc.set_threshold(50_000, 20, 100)  # thousands of tests and all the knowledge are looked through in vain each time
    client.store_rendered_templates = _keep_the_page_only
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ASHI_DEMO = True
    settings.ASHI_KNOWLEDGE = None  # a developer's own file in var/ is not under test
    settings.ASHI_COMPLAINTS = None
    complaints.use_folder(None)
    settings.SECURE_SSL_REDIRECT = False
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:  # pytest-django knows this of Django's own engine only
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = ":memory:"
    settings.HUEY = {"name": "tests", "huey_class": "huey.MemoryHuey", "immediate": False}  # nobody works it off


def _keep_the_page_only(store: dict[str, Any], sender: Any, template: Any, context: Any, **_: Any) -> None:
    """`answer.context` is that of the page. Django would copy it for each of the hundreds of parts drawn in it, too."""
    if "context" not in store and "request" in context:  # a letter or a control is no page
        store.update(templates=[template], context=ContextList([copy(context)]))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """`make quick` does not import what it runs nothing of."""
    is_test = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    return True if is_test and quick.is_asked_for(config) and quick.has_nothing(collection_path) else None


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Iterator[None]:
    """`make quick` runs a few rows of each table. Here: making thousands of tests to leave them out takes long."""
    yield
    if quick.is_asked_for(metafunc.config):
        metafunc._calls = quick.sample(metafunc._calls, of=metafunc.function.__qualname__)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches no database: the same on each, so it runs once (tests/support/pure.py tells)."""
    for item in items:
        if pure.is_pure(item):
            item.add_marker(pytest.mark.pure)


def pytest_collection_finish() -> None:
    """What was collected stays until the end: the collector of garbage need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _mail_through_the_outbox(django_test_environment: None) -> None:
    """As in production: every mail is a row first. ``deliver_due()`` then takes it to ``mail.outbox``."""
    from django.conf import settings

    settings.EMAIL_BACKEND = "clinic.outbox.backend.OutboxBackend"
    settings.ASHI_MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _pure_means_no_database(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("pure") is None:
        yield
        return
    with pure.refuse():
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """On SQLite each process begins with a copy of a migrated file instead of migrating by itself."""
    make = connection.creation._create_test_db

    def filled(*how: Any) -> str:
        name, file = make(*how), tmp_path_factory.mktemp("migrated") / "ashi.sqlite3"
        kept_files.migrated(file, for_these_tables=draws.IS_QUICK)
        open_connections.append(memory := sqlite3.connect(name, uri=True))  # what is in memory lasts as long as this
        with closing(sqlite3.connect(file)) as on_disk:
            on_disk.backup(memory)
        return name

    open_connections: list[sqlite3.Connection] = []
    if connection.vendor == "sqlite":
        connection.creation._create_test_db = filled  # type: ignore[method-assign]


@pytest.fixture(scope="class")
def stands(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows that a fixture of a class makes on top of this stand for all its tests; each test takes back its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- the standing cast ---------------------------------------------------------------------------------------------
# Who appears in most tests, by name. ``as_petra`` is a browser in which Petra is signed in. Who needs others, or these
# with something special about them, takes the factories (tests/factories/).


@pytest.fixture
def petra(db: None) -> User:
    """A practitioner."""
    return UserFactory(practitioner=True)


@pytest.fixture
def dora(db: None) -> User:
    """The front desk."""
    return UserFactory(desk=True)


@pytest.fixture
def olive(db: None) -> User:
    """The owner of the clinic, who treats nobody."""
    return UserFactory(owner=True)


@pytest.fixture
def ana(db: None) -> Patient:
    """A patient of 1984, with phone and e-mail, and a note of the desk."""
    return PatientFactory(given_name="Ana", family_name="Ahn", desk_note="rings in the evening")


@pytest.fixture
def as_petra(petra: User) -> Client:
    return signed_in(petra)


@pytest.fixture
def as_dora(dora: User) -> Client:
    return signed_in(dora)


@pytest.fixture
def as_olive(olive: User) -> Client:
    return signed_in(olive)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- the browser ---------------------------------------------------------------------------------------------------
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
