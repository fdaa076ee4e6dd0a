"""One session holds a lock and does not let go: on PostgreSQL the others are told so and need not wait."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from tests.factories.people import UserFactory
from tests.support.page_text import page_text

pytestmark = pytest.mark.skipif(
    not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="SQLite has one limit for all, 20 s"
)

END_OF_THE_TRAIL = 718_281_828  # the lock that audit_append takes for the first chain (migration 0004 of clinic.audit)


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_nothing_waits_without_a_limit() -> None:
    wanted = {"lock_timeout": "5s", "statement_timeout": "20s", "idle_in_transaction_session_timeout": "2min"}
    assert {name: shown(name) for name in wanted} == wanted


@pytest.mark.django_db
def test_a_statement_without_end_is_a_503_not_a_500() -> None:
    with pytest.raises(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
        cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.django_db(transaction=True)
def test_a_page_says_so_while_another_session_holds_the_end_of_the_trail() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(desk=True))
    other = connections.create_connection("default")
    try:
        with other.cursor() as holding:
            holding.execute("BEGIN")
            holding.execute("SELECT pg_advisory_xact_lock(%s)", [END_OF_THE_TRAIL])
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")  # the test need not wait five seconds
            answer = client.get("/patients/?q=a")
            assert answer.status_code == 503 and "Ashi cannot reach its records right now" in page_text(answer)
            assert client.get("/healthz").status_code == 200  # reads no trail
            holding.execute("ROLLBACK")
        assert client.get("/patients/?q=a").status_code == 200
    finally:
        other.close()
        connection.close()
