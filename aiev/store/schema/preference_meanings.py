"""What the tables and columns of preference pairs mean, for `column_meanings.py`."""

from __future__ import annotations

_CONVERSATION = "Conversation that keeps the problem."

TABLES = {
    "matrices": "The journal of programs that were run against tests; rows are never changed.",
    "generations": "A program or a set of tests that was sampled for a problem, each apart from the others.",
    "test_units": "An assertion of those tests with what it needs, or a test function.",
    "cells": "A program that was run against a test unit.",
    "scores": "How a scorer judges a program by the test units that it passes.",
    "pairs": "Two programs of a problem, one of them better.",
}

COLUMNS = {
    "matrices": {
        "hash": "SHA-256 of the programs, tests and limits, and of the image that they ran in.",
        "conversation_id": "Conversation that first asked for it.",
        "result": "How each program fared with each test, the values of calls, and coverage, JSON.",
    },
    "generations": {
        "conversation_id": _CONVERSATION,
        "kind": "`program` or `tests`.",
        "position": "Number among those of its kind, from 0.",
        "model": "Model that wrote it.",
        "decoding": "Temperature and the like, JSON.",
        "request_hash": "Leads to the paid reply in `requests`.",
        "text": "SHA-256 of the program or tests; the text is in `blobs`.",
    },
    "test_units": {
        "conversation_id": _CONVERSATION,
        "position": "Number of the unit, from 0.",
        "tests": "Number of the tests in `generations` that it was taken from.",
        "source": "SHA-256 of the unit; its text is in `blobs`.",
        "set_apart": "Why it judges nothing: `constant`, `not_run`, `none_passes`, `every_passes` or `repeated`; else "
        "empty.",
        "mutation_score": "Share of the best program's mutants that it finds; null where none was tried.",
        "weight": "What it is worth by the scorer that chose the pairs, 0 to 1; null for one that is set apart.",
    },
    "cells": {
        "conversation_id": _CONVERSATION,
        "program": "Number of the program in `generations`.",
        "unit": "Number of the test unit.",
        "verdict": "`passed`, `failed`, `timeout`, `broken`; of a missing cell `skipped`, `infra` or `install_failed`.",
        "cpu_seconds": "CPU time; null where it was not measured.",
    },
    "scores": {
        "conversation_id": _CONVERSATION,
        "scorer": "`codedpo`, `pass_count`, `all_pass`, `codet`, `b4` or `aces`.",
        "parameters": "What the scorer went by, JSON.",
        "program": "Number of the program in `generations`.",
        "score": "0 to 1.",
    },
    "pairs": {
        "conversation_id": _CONVERSATION,
        "position": "Number of the pair, from 0.",
        "kind": "What the chosen program is better at: `correctness` or `efficiency`.",
        "chosen": "Number of the better program in `generations`.",
        "rejected": "Number of the other one.",
        "gap": "Correctness: share of the units' weight between them. Efficiency: share of the CPU time that is saved.",
        "rule": "Why, in words.",
    },
}
