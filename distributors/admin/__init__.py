"""Distributors' side of the admin: the tree is shown and never edited; history only grows."""

from distributors.admin import logins, people, placement, published, records

__all__ = ["logins", "people", "placement", "published", "records"]
