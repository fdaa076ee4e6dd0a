"""What a production server loads. A broken knowledge file keeps it from starting, however it is started."""

import os
import sys

from django.core import checks
from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

from clinic import environment
from intake.assessment.text.net import load_net

environment.private()
environment.load()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
application = get_wsgi_application()
faults = [str(fault) for fault in checks.run_checks(tags=["knowledge"]) if fault.is_serious()]
if faults:
    print("Ashi does not start, because its knowledge files are broken:", *faults, sep="\n", file=sys.stderr)  # noqa: T201
    sys.exit(4)  # gunicorn: the application cannot be loaded, do not keep retrying
get_resolver().url_patterns  # noqa: B018  every page is imported now, once for all workers, and waits for no visitor
# and what each would otherwise read anew, in the midst of what it frees again
engines.all()
load_net()
