"""Owners: which process a label names, and whether it is dead."""

import os

from aiev_interpreter.backends import owners


def test_a_process_that_runs_is_not_dead_and_one_that_cannot_be_seen_is_not_either():
    label = owners.this_process()
    boot, namespace, _, started = label.split("/")
    assert owners.is_visible(label)
    assert not owners.is_dead(label)
    assert owners.is_dead(f"{boot}/{namespace}/{2**22 + 1}/{started}")
    assert owners.is_dead(f"{boot}/{namespace}/{os.getpid()}/0")
    assert not owners.is_dead(f"other/{namespace}/1/1")
    assert not owners.is_dead("")
