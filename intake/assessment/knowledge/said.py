"""What a patient said, as a clause: "cold or damp weather makes it worse", "you are tired most of the day".

The clauses stand beside the findings (findings.toml). The practitioner reads them of the patient, the patient as "you".
"""

from __future__ import annotations

import re
from functools import lru_cache

WOMEN_ONLY = re.compile(r"\[([^\[\]]*)\]")
PRONOUNS = {"they": "you", "them": "you", "their": "your"}
BRACES = re.compile(r"\{(they|them|their)\}")


def clause_is_whole(text: str) -> bool:
    """Whether nothing in braces or brackets would be left over."""
    return not re.search(r"[{}\[\]]", clause(text, to_patient=True, is_man=False))


def clause(text: str, *, to_patient: bool, is_man: bool) -> str:
    """One clause in the second person (`to_patient`) or in the third."""
    if "[" in text:
        text = WOMEN_ONLY.sub("" if is_man else r"\1", text)
    if "{" in text:
        text = BRACES.sub(lambda found: PRONOUNS[found[1]] if to_patient else found[1], text)
    return text


@lru_cache(maxsize=2048)
def sentence(texts: tuple[str, ...], *, to_patient: bool, is_man: bool) -> str:
    """ "The patient said that a and that b."; empty for nothing."""
    clauses = [clause(text, to_patient=to_patient, is_man=is_man) for text in texts]
    if not clauses:
        return ""
    return f"{'You' if to_patient else 'The patient'} said that {' and that '.join(clauses)}."
