"""What else there is to know when a page saves into a draft, in one query. Run it only with the draft's row locked:
then it sees what other pages have saved since, and nothing can follow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

_ASKED = """
    SELECT
        (SELECT seq FROM intake_openedpage WHERE response_id = %(response)s AND page = %(page)s),
        (SELECT told FROM intake_openedpage WHERE response_id = %(response)s AND page = %(page)s),
        EXISTS (SELECT 1 FROM intake_clash WHERE response_id = %(response)s),
        EXISTS (SELECT 1 FROM intake_redflagalert WHERE response_id = %(response)s AND taken_back_at IS NULL),
        EXISTS (SELECT 1 FROM intake_phonecall WHERE response_id = %(response)s)
"""


@dataclass(frozen=True, slots=True)
class Beside:
    """``seq``, ``told``: what this page has saved so far. ``has_clashes``, ``has_alerts``, ``has_calls``: any?"""

    seq: int
    told: dict[str, Any]
    has_clashes: bool
    has_alerts: bool
    has_calls: bool


def beside(response_id: int, page: str = "") -> Beside:
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"response": response_id, "page": page})
        [(seq, told, has_clashes, has_alerts, has_calls)] = cursor.fetchall()
    kept = json.loads(told) if told else {}
    return Beside(seq or 0, kept, bool(has_clashes), bool(has_alerts), bool(has_calls))
