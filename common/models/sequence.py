from django.db import models


class Sequence(models.Model):
    """The next number of a series that people read: distributors, customers, orders, returns."""

    name = models.CharField(max_length=40, primary_key=True)
    next = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return self.name
