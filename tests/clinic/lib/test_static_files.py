"""Static files are served lean: one sheet instead of five, no comments, and nothing else is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from clinic.settings import STORAGES


@pytest.mark.thorough
def test_a_sheet_is_served_with_those_that_it_imports(tmp_path: Path) -> None:
    lean = {**STORAGES, "staticfiles": {"BACKEND": "clinic.lib.static_files.LeanStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=lean):
        call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text("utf-8"))["paths"]
    site = (tmp_path / names["css/site.css"]).read_text("utf-8")
    assert "@import" not in site and "/*" not in site and "\ufeff" not in site
    order = [".btn{", "--t1:", ".topbar", ".pill", ".form-control"]
    assert all(one in site for one in order), [one for one in order if one not in site]
    assert site.index(":root,[data-bs-theme") < site.index("--t1:") < site.index(".topbar")
    script = (tmp_path / names["js/ashi.js"]).read_text("utf-8")
    assert "// " not in script and "window.ashi" in script
    for name in (names["css/site.css"], names["js/ashi.js"], names["django_htmx/htmx-2.min.js"]):
        assert (tmp_path / f"{name}.br").stat().st_size < (tmp_path / f"{name}.gz").stat().st_size
    written = (tmp_path / "css" / "site.css").read_text("utf-8")  # for the page that has no manifest
    assert '@import "tokens.css";' in written and (tmp_path / "css" / "tokens.css").is_file()
