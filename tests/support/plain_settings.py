"""Production's settings without hashed file names, so that a server starts without collecting them first."""

from clinic.settings import *  # noqa: F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
