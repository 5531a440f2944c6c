"""Routing policies: who should go, in each agency's own words, never below the floors."""

from duty.policy.loading import available, load_policy, policy_from
from duty.policy.routing import FilePolicy

__all__ = ["FilePolicy", "available", "load_policy", "policy_from"]
