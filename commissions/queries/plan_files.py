"""Plan documents in files: those that ship, and those beside a scenario."""

from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[1] / "plans"


def plan_text(name: str, *, beside: Path) -> str | None:
    """The text of a plan that a scenario names: a path, from the scenario's directory or the current one, or the name
    of a plan that ships, which a version may follow. None when there is none."""
    word = name.split(" ")[0].lower()
    tried = [beside / name, Path(name), SHIPPED / f"{word}.yaml"]
    for path in tried:
        if path.suffix in (".yaml", ".yml") and path.is_file():
            return path.read_text(encoding="utf-8")
    return None
