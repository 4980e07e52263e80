"""The same people in the other libraries' models, as their documentation shows them."""

from django.db import models
from mptt.models import MPTTModel, TreeForeignKey
from tree_queries.models import TreeNode
from treebeard.mp_tree import MP_Node
from treebeard.ns_tree import NS_Node


class Dense(MPTTModel):
    """django-mptt as it comes: dense numbers, no locks."""

    number = models.CharField(max_length=20, unique=True)
    joined_at = models.DateTimeField()
    parent = TreeForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")


class Path(MP_Node):
    """django-treebeard, materialized path."""

    number = models.CharField(max_length=20, unique=True)
    joined_at = models.DateTimeField()


class NestedSet(NS_Node):
    """django-treebeard, nested sets."""

    number = models.CharField(max_length=20, unique=True)
    joined_at = models.DateTimeField()


class Adjacent(TreeNode):
    """django-tree-queries: the parent alone, and recursive queries."""

    number = models.CharField(max_length=20, unique=True)
    joined_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
