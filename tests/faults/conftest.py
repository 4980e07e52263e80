"""The month of the commissions' suites, committed, for tests that break things."""

from tests.commissions.conftest import cast, october, plan, shop

__all__ = ["cast", "october", "plan", "shop"]
