"""Duty rules by jurisdiction: what the law may make of what the notes say. Not legal advice."""

from duty.rules.book import RuleBook, load_rules
from duty.rules.consider import PackRules

__all__ = ["PackRules", "RuleBook", "load_rules"]
