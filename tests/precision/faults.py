"""Problems that a right program cannot be told by: faults of the benchmarks themselves, by number.

They are not drawn, and dialogues about them count for nothing. Every canonical solution of both sets passes its own
tests (`python -m precision --check-sets`); what stands here was found by comparing the examples in HumanEval's
docstrings with its solutions, and by reading the first 84 problems that are drawn of MBPP. Not covered: MBPP's other
problems.
"""

FAULTS: dict[str, str] = {
    "HumanEval/47": "the docstring says 15.0 where solution and tests say 8.0",
    "HumanEval/116": "the docstring's examples sort plainly, which the tests contradict",
    "MBPP/574": "an exact float that depends on the order of operations, with 3.1415 for pi",
    "MBPP/579": "a tuple in the order of a set",
    "MBPP/595": '"Not Possible" is in neither the text nor the first assertion',
    "MBPP/626": "a radius of -1 has the area -1, which the text does not say",
    "MBPP/793": "the array that is said to be sorted is not, and its length is given as one too many",
    "MBPP/846": "trains leave before they arrive, and one platform is enough",
    "MBPP/851": "the sum is rounded to two digits, which the text does not say",
    "MBPP/916": "(2, 3, 4) is right as well as (1, 3, 5)",
    "MBPP/922": "the pair comes in an order that the text does not give",
    "MBPP/930": "'Found a match!' is in neither the text nor the first assertion",
    "MBPP/968": "neither the function nor its arguments are described",
}
"""Name of a problem, and what is wrong with it."""
