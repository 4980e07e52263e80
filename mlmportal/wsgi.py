"""The WSGI application a server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")
application = get_wsgi_application()

from mlmportal.patience import be_impatient  # noqa: E402 - it needs the settings

be_impatient()
