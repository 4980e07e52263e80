"""Chapters of docs/benchmarks.md: each benchmark writes its own and leaves the others alone."""

import re
from pathlib import Path


def put(*, page: Path, title: str, chapter: str) -> None:
    """The chapter in its place, or at the end where the page has none of this title ("## …") yet."""
    text = page.read_text(encoding="utf-8") if page.exists() else "# Benchmarks\n"
    parts = re.split(r"(?m)^(?=## )", text)
    at = next((n for n, part in enumerate(parts) if part.startswith(title)), len(parts))
    parts[at : at + 1] = [chapter]
    page.write_text("\n".join(part.rstrip() + "\n" for part in parts), encoding="utf-8")
