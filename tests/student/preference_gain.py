"""How reward margin and accuracy on held-out pairs change under DPO, RPO and KTO, and under a control that must not.

    python -m student.preference_gain --out runs/preference-gain --student smollm2-135m-instruct --mbpp FILE

Run by a Python with the extra `train`. Pairs are those of `aiev export --format dpo` (`--pairs`, a folder with
train.jsonl and test.jsonl), or MBPP's programs against mutants of them that fail its tests (`--mbpp`). The control is
DPO on the same training pairs with the sides drawn at random; all are measured on the same held-out pairs. The reward
of an answer is how much likelier it became than under the untrained model; the margin is the reward of the chosen
answer less that of the rejected one, in nats; accuracy is the share of pairs with a margin above 0 (half of those
without any). Intervals are bootstraps over pairs, 95 %. The same command goes on where it was stopped. Not covered:
pass@1, which `aiev eval --benchmark mbpp` measures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figures import Figure, report

from aiev.config.layers import load_config
from aiev.dataset.masking import mask
from aiev.evidence.mutants.mutate import mutants
from aiev.student.train import training_spec
from aiev.student.training.launch import launch
from aiev.student.training_files import TrainingFiles
from aiev_agents.fences import fenced
from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiev.student.training.spec import TrainingSpec

    Row = dict[str, Any]

CONTROL = "control"
_RESAMPLES = 2000
_HELD_OUT = 4
"""One problem of so many is held out."""


def main() -> None:
    """Train, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of pairs and trainings")
    parser.add_argument("--student", default="smollm2-135m-instruct", help="a known model or a folder")
    parser.add_argument("--pairs", type=Path, help="folder of `aiev export --format dpo`")
    parser.add_argument("--mbpp", type=Path, default=Path("../shared/data/mbpp_train_validation.jsonl"))
    parser.add_argument("--number", type=int, default=400, help="pairs at most")
    parser.add_argument("--methods", nargs="+", default=["dpo", "rpo", "kto", CONTROL])
    parser.add_argument("--rates", nargs="+", type=float, default=[0.0], help="learning rates; 0 is the default one")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="SECTION.KEY=VALUE")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    train, test = split(read_pairs(chosen))
    measure = None
    figures: list[Figure] = []
    for rate in chosen.rates:
        for method in chosen.methods:
            spec = stage(chosen, method, rate, train, test)
            asyncio.run(launch(spec))
            measure = measure or Measure(spec, test)
            figures += gains(f"{method} {rate or spec.rate:g}", measure.margins(f"{spec.out}/model"), method == CONTROL)
    report("preference-gain", figures, [f"{len(train)} pairs to train on, {len(test)} held out"])


def gains(name: str, margins: Sequence[float], control: bool) -> list[Figure]:
    """Margin and accuracy, held to what they began with: a rise is an interval that lies above it."""
    shares = [float(one > 0) + 0.5 * (one == 0) for one in margins]
    found = []
    for what, values, before in (("margin", margins, 0.0), ("accuracy", shares, 0.5)):
        mean, low, high = interval(values)
        words = f"{'no rise' if control else 'a rise'}: 95 % {low:.3f} to {high:.3f}"
        unit, rose = "nats" if what == "margin" else "share", low > before
        found.append(Figure(f"{name}: {what}", round(mean, 3), unit, before, words, holds=rose != control))
    return found


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and a bootstrap interval of it."""
    draw = random.Random(1)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(_RESAMPLES))
    return sum(values) / len(values), means[_RESAMPLES // 40], means[-_RESAMPLES // 40]


def read_pairs(chosen: argparse.Namespace) -> list[Row]:
    """Pairs of an export, or of MBPP; made once."""
    files = [chosen.pairs / f"{name}.jsonl" for name in ("train", "test")] if chosen.pairs else []
    path = chosen.out / "pairs.jsonl"
    if not files and not path.is_file():
        rows = asyncio.run(mutated(chosen.mbpp.read_text(encoding="utf-8").splitlines(), chosen.number))
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = (line for file in files or [path] for line in file.read_text(encoding="utf-8").splitlines())
    return [json.loads(line) for line in lines][: chosen.number]


async def mutated(lines: Iterable[str], number: int) -> list[Row]:
    """MBPP's programs, each against the first mutant that fails its tests."""
    interpreter = await open_interpreter(InterpreterSettings(backend="bubblewrap"), run_id="preference-gain")
    rows: list[Row] = []
    try:
        for line in lines:
            task = json.loads(line)
            code, tests = task["code"].replace("\r\n", "\n"), "\n".join(task["test_list"])
            for one in mutants(code, "python", 4, str(task["task_id"])):
                if (await interpreter.execute(Job(one.source, tests), owner="pairs")).verdict == "error":
                    asked = f"{task['text']}\nYour code should pass this test:\n{task['test_list'][0]}"
                    rows.append(pair(str(task["task_id"]), asked, code, one.source))
                    break
            if len(rows) == number:
                break
    finally:
        await interpreter.close()
    return rows


def pair(key: str, asked: str, chosen: str, rejected: str) -> Row:
    """A row of the format `dpo`."""
    said = {name: fenced(text.strip(), "python") for name, text in (("chosen", chosen), ("rejected", rejected))}
    answers = {name: [{"role": "assistant", "content": text}] for name, text in said.items()}
    return {"id": key, "prompt": [{"role": "user", "content": asked}], **answers}


def split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Pairs to train on and held-out ones; a problem is on one side."""
    train: list[Row] = []
    test: list[Row] = []
    for row in rows:
        held = random.Random(row["id"]).randrange(_HELD_OUT) == 0
        (test if held else train).append(row)
    return train, test


def turned(rows: Iterable[Row]) -> list[Row]:
    """Pairs with the sides drawn at random."""
    draw = random.Random(2)
    swapped = {"chosen": "rejected", "rejected": "chosen"}
    return [row | {name: row[other] for name, other in swapped.items()} if draw.random() < 0.5 else row for row in rows]


def answers(rows: Iterable[Row]) -> list[Row]:
    """Rows of the format `kto`."""
    sides = (("chosen", True), ("rejected", False))
    return [{"prompt": row["prompt"], "completion": row[name], "label": label} for row in rows for name, label in sides]


def stage(
    chosen: argparse.Namespace, method: str, rate: float, train: Sequence[Row], test: Sequence[Row]
) -> TrainingSpec:
    """The training of a method, with its files."""
    kind = "dpo" if method == CONTROL else method
    folder = chosen.out / f"{method}-{rate:g}"
    folder.mkdir(exist_ok=True)
    rows = {"train": turned(train) if method == CONTROL else train, "test": test}
    for name, found in rows.items():
        told = answers(found) if kind == "kto" else found
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told), encoding="utf-8")
    assigned = [f"train.stages=['{kind}']", f"train.preference_rate={rate}", *chosen.assignments]
    settings = load_config(assignments=assigned).settings
    files = TrainingFiles(folder / "train.jsonl", folder / "test.jsonl", "", len(train), len(test), {}, 0)
    spec = training_spec(settings, chosen.student, files, folder)
    return spec.model_copy(update={"out": str(folder / spec.identity(f"{len(train)}"))})


class Measure:
    """Log-probabilities of held-out answers, under the untrained model and under adapters of it."""

    def __init__(self, spec: TrainingSpec, rows: Sequence[Row]) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder = spec.base_folder or spec.base
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._load = lambda: AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
        self._rows = rows
        self._before = self._differences(self._load())

    def margins(self, adapter: str) -> list[float]:
        """By how much each chosen answer gained more than its rejected one."""
        from peft import PeftModel

        after = self._differences(PeftModel.from_pretrained(self._load(), adapter))
        return [new - old for new, old in zip(after, self._before, strict=True)]

    def _differences(self, model: Any) -> list[float]:
        """Log-probability of the chosen answer less that of the rejected one."""
        return [
            self._likelihood(model, row["prompt"], row["chosen"])
            - self._likelihood(model, row["prompt"], row["rejected"])
            for row in self._rows
        ]

    def _likelihood(self, model: Any, prompt: list[Row], answer: list[Row]) -> float:
        import torch

        masked = mask(self._tokenizer, [*prompt, *answer], [False] * len(prompt) + [True] * len(answer))
        ids = torch.tensor([masked.input_ids])
        with torch.no_grad():
            likely = model(ids).logits[0, :-1].log_softmax(-1).gather(-1, ids[0, 1:, None])[:, 0]
        return float((likely * torch.tensor(masked.mask[1:])).sum())


if __name__ == "__main__":
    main()
