"""Who may enter the company's side."""

from common.guards import second_factor_first, used_second_factor

__all__ = ["second_factor_first", "used_second_factor"]
