"""Places where a test may break the program. Nothing happens unless the environment names the place."""

import os
import signal


class Broken(RuntimeError):
    """Raised where FAILPOINT says `<place>:raise`."""


def failpoint(place: str) -> None:
    """Break here when FAILPOINT is `<place>:raise` or `<place>:kill`; otherwise do nothing."""
    wanted = os.environ.get("FAILPOINT")
    if not wanted or wanted.rpartition(":")[0] != place:
        return
    if wanted.endswith(":kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    raise Broken(place)
