"""The company's side of sales: money and lines are read-only, what happens to an order is an action."""

from sales.admin import orders, others, products

__all__ = ["orders", "others", "products"]
