"""The portal's settings, and the table of a portal that pays order by order."""

from mlmportal.settings import *  # noqa: F403
from mlmportal.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "benchmarks.close.portal"]
