"""pass@k: the chance that at least one of k samples solves a problem, estimated from n samples without bias.

Invariant: takes counts alone; the interpreter judges samples.

Source: Chen et al., "Evaluating Large Language Models Trained on Code", arXiv 2107.03374, section 2.1.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """Unbiased estimate for one problem: 1 - C(n - c, k) / C(n, k).

    Args:
        samples: n, samples drawn.
        passed: c, samples that passed.
        k: samples allowed, at most n.

    Raises:
        ValueError: not 1 <= k <= n, or not 0 <= c <= n.
    """
    if not 1 <= k <= samples:
        raise ValueError(f"pass@{k} cannot be estimated from {samples} samples; k must be between 1 and {samples}")
    if not 0 <= passed <= samples:
        raise ValueError(f"{passed} of {samples} samples cannot have passed")
    return 1.0 - comb(samples - passed, k) / comb(samples, k)


def mean_pass_at_k(counts: Iterable[tuple[int, int]], k: int) -> float:
    """Mean over problems, each as (samples, passed); 0.0 without problems.

    Raises:
        ValueError: see `pass_at_k`.
    """
    values = [pass_at_k(samples, passed, k) for samples, passed in counts]
    return sum(values) / len(values) if values else 0.0
