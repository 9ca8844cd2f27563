from collections import Counter
from pathlib import Path

from support.terminal import shown

from aiev.run.progress import Progress
from aiev.run.result import RunResult
from aiev.view.terminal.verified import VerifySummary


def test_the_summary_counts_what_the_evidence_says():
    progress = Progress(total=4, statuses=Counter(verified=2, contradicted=1, failed=1), read=10, tokens=5)
    summary = VerifySummary(RunResult("r1", progress, "docker", "sha256:1", "m"), Path("t.db"))
    assert summary.as_dict()["statuses"] == {"verified": 2, "unverified": 0, "contradicted": 1, "failed": 1}
    text = shown(summary.table())
    assert "2 verified, 0 unverified, 1 contradicted, 1 failed" in text
    assert "r1 in t.db" in text


def test_a_limit_is_named():
    progress = Progress(total=4, stopped="--max-tokens 5 is reached: 7 tokens so far")
    text = shown(VerifySummary(RunResult("r1", progress, "d", "", "m"), Path("t.db")).table())
    assert "--max-tokens 5" in text


def test_failures_say_why():
    progress = Progress(total=2, statuses=Counter(failed=2), failures=Counter({"the sandbox is \x1b[2J gone": 2}))
    summary = VerifySummary(RunResult("r1", progress, "d", "", "m"), Path("t.db"))
    assert summary.as_dict()["failures"] == {"the sandbox is \x1b[2J gone": 2}
    text = shown(summary.table())
    assert "failed, 2" in text
    assert "the sandbox is \\x1b[2J gone" in text
