"""The portal's settings, and the other tree libraries beside it."""

from mlmportal.settings import *  # noqa: F403
from mlmportal.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "benchmarks.tree.peers"]
