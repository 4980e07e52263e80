"""A process that runs tests beside others has a Redis database of its own, as it has a database of its own.

tests/run.py has pytest load this before the settings are read.
"""

import os
import re

if os.environ.get("REDIS_URL") and (worker := os.environ.get("PYTEST_XDIST_WORKER")):
    os.environ["REDIS_URL"] = re.sub(r"/\d*$", worker.replace("gw", "/"), os.environ["REDIS_URL"])
