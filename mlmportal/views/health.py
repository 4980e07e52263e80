"""For the machine that watches: alive means the process answers, ready means it can serve."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

# Without Redis the portal serves all the same; taking it out of service would make of a small loss a large one.
STANDS_IN = "Redis is away, this process counts for itself"
GOOD_ENOUGH = {"ok", STANDS_IN}


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    found = {"database": _database(), "cache": _cache()}
    ok = all(answer in GOOD_ENOUGH for answer in found.values())
    return JsonResponse({"ready": ok, **found}, status=200 if ok else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unreachable"
    return "migrations are missing" if behind else "ok"


def _cache() -> str:
    try:
        cache.set("health", "ok", 10)
        if cache.get("health") != "ok":
            return "does not keep"
        return STANDS_IN if getattr(cache, "stands_in", False) else "ok"
    except (DatabaseError, RedisError, OSError):
        return "unreachable"
