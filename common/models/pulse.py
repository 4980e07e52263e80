from django.db import models


class Pulse(models.Model):
    """When something that should happen again and again last happened."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
