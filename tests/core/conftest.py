"""`pytest tests/core` takes seconds: the long random suites run when they are asked for, with -m slow."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow") and HERE in item.path.parents]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]
