from typing import Any, Generic, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model, covariant=True)

class TreeManager(models.Manager[M], Generic[M]):
    tree_id_attr: str
    left_attr: str
    def root_nodes(self) -> models.QuerySet[M]: ...
    def add_related_count(self, *args: Any, **kwargs: Any) -> models.QuerySet[M]: ...
