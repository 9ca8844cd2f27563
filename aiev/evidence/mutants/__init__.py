"""Mutants of a program: the same text with one small change each, which good tests find out.

Source: the kinds are those of Offutt et al., "An Experimental Determination of Sufficient Mutant Operators" (1996),
with the negated conditions, returned values and deleted statements that tools such as PIT add.
"""

from __future__ import annotations

from aiev.evidence.mutants.mutate import Mutant, mutants

__all__ = ["Mutant", "mutants"]
