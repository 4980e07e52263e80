"""A progress bar on a terminal; on anything else, a line for each stage."""

import time
from typing import TextIO

WIDTH = 30
SECONDS_BETWEEN = 0.1


class Bar:
    """Called with (stage, done, total); draws at most ten times a second, and ends its line when closed."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.on_terminal = stream.isatty()
        self.stage, self.drawn_at = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self.stage:
            self._new_stage(stage)
        if not self.on_terminal:
            return
        at = time.monotonic()
        if done < total and at - self.drawn_at < SECONDS_BETWEEN:
            return
        self.drawn_at = at
        filled = WIDTH * min(done, total) // total if total else 0
        share = f"{100 * min(done, total) // total:3d} %" if total else f"{done:,}"
        self.stream.write(f"\r{stage:<12} [{'#' * filled}{'.' * (WIDTH - filled)}] {share}")
        self.stream.flush()

    def _new_stage(self, stage: str) -> None:
        if self.on_terminal and self.stage:
            self.stream.write("\n")
        elif not self.on_terminal:
            self.stream.write(f"{stage} …\n")
        self.stage, self.drawn_at = stage, 0.0

    def close(self) -> None:
        if self.on_terminal and self.stage:
            self.stream.write("\n")
            self.stream.flush()
