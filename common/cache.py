"""A cache in Redis whose loss nobody notices but the log: what it counts is then counted in this process alone.

Rate limits of sign-in and sign-up, and the page's small memories, must never keep anybody out because Redis is away.
They go on with a cache of this process: with n processes an attacker gets n times the attempts while it
lasts, which is still no guessing of passwords.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.db import transaction
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

# A page asks the cache several times: only the first of them waits for a Redis that does not answer.
LEAVE_ALONE_SECONDS = 5
# In the pool's own words; an address that swallows what is sent to it must not hold a page.
IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}

SPARED = (
    "add", "get", "set", "touch", "delete", "has_key", "incr", "get_many", "set_many", "delete_many", "clear",
)  # fmt: skip


class OneClient(RedisCacheClient):
    """Django's, with a client of Redis that is kept: making one takes longer than its answer, and a page asks several
    times."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]


class EnduringRedisCache(RedisCache):
    """Redis while it answers, a cache of this process while it does not."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {**IMPATIENT, "retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._class = OneClient
        self._stand_in = LocMemCache("stand-in", {**params, "OPTIONS": {}})

    @property
    def stands_in(self) -> bool:
        """Whether this process counts for itself at the moment."""
        return time.monotonic() < _away_until[0]


def forget(key: str) -> None:
    """What the cache says under a key holds no longer: at once, and again when all see what was written."""
    cache.delete(key)
    transaction.on_commit(lambda: cache.delete(key))


# One for all threads of the process: Django gives each thread a cache object of its own.
_away_until = [0.0]


def _spared(name: str) -> Callable[..., Any]:
    asked: Callable[..., Any] = getattr(RedisCache, name)

    @wraps(asked)
    def method(self: EnduringRedisCache, *args: Any, **kwargs: Any) -> Any:
        if not self.stands_in:
            try:
                return asked(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                _away_until[0] = time.monotonic() + LEAVE_ALONE_SECONDS
                log.warning(
                    "Redis does not answer (%s): this process counts for itself", type(error).__name__
                )
        return getattr(self._stand_in, name)(*args, **kwargs)

    return method


for _name in SPARED:
    setattr(EnduringRedisCache, _name, _spared(_name))
