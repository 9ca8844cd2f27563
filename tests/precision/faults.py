"""Problems that a right program cannot be told by: faults of the benchmarks themselves, by number.

They are not drawn, and dialogues about them count for nothing. Found by running every canonical solution against its
own tests (`python -m precision --check-sets`), and by reading wrong acceptances.
"""

FAULTS: dict[str, str] = {}
"""Name of a problem, and what is wrong with it."""
