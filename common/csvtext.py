"""CSV cells that a spreadsheet takes for text. Pure."""

RISKY = ("=", "+", "-", "@", "\t", "\r")


def text(value: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula. Not for amounts."""
    return f"'{value}" if value.startswith(RISKY) else value


def hundredths(value: int | None) -> str:
    """1234.50 from hundredths, a number for every spreadsheet; empty for what is not known."""
    if value is None:
        return ""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
