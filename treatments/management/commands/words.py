"""`manage.py words LANGUAGE`: which sentences a language still lacks, as JSON; with `--fill FILE` they are laid in.

FILE is a JSON object, English sentence -> translation; where one English word needs two, "file:address" -> translation
goes before. Every file of the language is written anew: sentences that are
no longer there go, those whose English has changed are lacking again. Exit 1 while something is lacking.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clinic.lib.catalogue_words import messages_of
from clinic.lib.catalogues import brought_up_to_date, catalogue_of, compile_stale
from clinic.lib.file_words import is_pair, written
from treatments.management.spoken_files import SpokenFile, spoken_files


class Command(BaseCommand):
    help = "Lists the sentences that a language of the patients lacks, and lays translations in."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("language", help="its code, such as es or zh-hans")
        parser.add_argument("--fill", type=Path, help="JSON: English -> translation")

    def handle(self, *args: Any, **options: Any) -> None:
        code: str = options["language"]
        words: dict[str, str] = json.loads(options["fill"].read_text("utf-8")) if options["fill"] else {}
        lacking: dict[str, str] = {}
        for file in spoken_files(code):
            lacking |= dict.fromkeys(_brought_up_to_date(file, words), "")
        source = catalogue_of(settings.LOCALE_PATHS[0], code)
        for message in brought_up_to_date(source, messages_of(settings.BASE_DIR), words):
            lacking[f"{message.context}|{message.text}" if message.context else message.text] = ""
            if message.plural:
                lacking[message.plural] = ""
        compile_stale(settings.LOCALE_PATHS[0])
        if lacking:
            self.stdout.write(json.dumps(lacking, ensure_ascii=False, indent=1))
            sys.exit(1)


def _brought_up_to_date(file: SpokenFile, words: dict[str, str]) -> list[str]:
    """Write one file of the language; returns the English sentences that it lacks."""
    if file.is_left_out:
        return []
    had = file.pairs()
    pairs: dict[str, tuple[str, str]] = {}
    for address, english in file.wanted.items():
        pair = had.get(address)
        told = words.get(f"{file.name}:{address}") or words.get(english)
        if told:
            pairs[address] = (english, told)
        elif is_pair(pair) and pair[0] == english:
            pairs[address] = (english, pair[1])
    if pairs:
        file.place.parent.mkdir(parents=True, exist_ok=True)
        file.place.write_text(written(pairs, file.besides()), encoding="utf-8")
    return [english for address, english in file.wanted.items() if address not in pairs]
