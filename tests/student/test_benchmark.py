"""A benchmark and what of it is in training data: scripted models and interpreter, real HumanEval, real store."""

import asyncio
import json

import pytest
from support.dialogues import Talk, write
from support.talk import GOOD

from aiev.config.layers import load_config
from aiev.errors import UsageError
from aiev.store.reading.student import StudentReader
from aiev.store.student_records import TrainingRecord
from aiev.store.writing.student import StudentStore
from aiev.student.benchmark import evaluate_benchmark
from aiev.student.benchmark_files import load_benchmark
from aiev.student.context import Backends
from aiev.student.rounds import freeze_round
from aiev.view.terminal.evaluations import contamination_rows
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_interpreter import ExecutionResult, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter

STUDENT = "aiev-r001-0badcafe"
CONFIG = load_config(assignments=["split.test_share=0", "decontamination.workers=1", "model.name=big"])


def solves_the_first(job):
    """Only who has learnt the first problem by heart could be so one-sided."""
    verdict = Verdict.OK if "has_close_elements" in job.program else Verdict.ERROR
    return ExecutionResult(verdict=verdict, exit_code=0, assertions=1)


def backends(asked=None):
    async def model(config, training):
        if asked is not None:
            asked.append((config.settings.model.name, training.id if training else ""))
        return ScriptedChatModel(lambda _: GOOD, name=config.settings.model.name)

    async def interpreter(settings, languages=(), *, run_id):
        return ScriptedInterpreter(solves_the_first)

    return Backends(model, interpreter)


def scored(path, model=STUDENT, *, asked=None, **more):
    return asyncio.run(
        evaluate_benchmark(CONFIG, path, "humaneval", model_name=model, limit=4, backends=backends(asked), **more)
    )


@pytest.fixture
def path(tmp_path):
    """A student's database: its second dialogue is HumanEval's first problem, its fourth came after the training."""
    _, problems = load_benchmark("humaneval")
    talks = [Talk(1), Talk(2, problem=f"Finish this:\n{problems[0].text}"), Talk(3)]
    path = write(tmp_path / "loop.db", talks)
    with StudentStore.open(path) as store, StudentReader.open(path) as reader:
        asyncio.run(freeze_round(store, reader, CONFIG.settings.split))
        training = TrainingRecord("t1", 1, "small", "lora", "done", adapter=STUDENT, started_at="2026")
        asyncio.run(store.write_training(training))
    write(path, [Talk(4, problem=f"Finish this:\n{problems[1].text}")])
    return path


def test_a_student_is_compared_with_what_it_learnt_and_scored_without_it(path):
    asked = []
    done = scored(path, asked=asked)
    assert asked == [(STUDENT, "t1")]
    report = done.contamination
    assert (report["rows"], report["problems"], report["found"]) == (3, 4, 1)
    assert report["pass_at_1"] == {"all": 0.25, "without": 0.0, "found": 1.0}
    (hit,) = report["hits"]
    assert (hit["problem"], hit["rows"]) == ("HumanEval/0", 1)
    assert hit["evidence"][0]["row"] == "conversation c002"
    assert hit["evidence"][0]["test"] == "substring"
    assert "two numbers closer to each other" in hit["evidence"][0]["piece"]


def test_the_report_is_kept_beside_the_evaluation_once(path):
    done = scored(path)
    assert scored(path).contamination == done.contamination
    with StudentReader.open(path) as reader:
        (kept,) = reader.decontaminations(done.evaluation.record.id)
        assert len(reader.evaluations()) == 1
    assert kept.report == done.contamination
    assert json.loads(json.dumps(done.as_dict()))["decontamination"] == done.contamination


def test_any_model_is_compared_with_files_that_are_named(path, tmp_path):
    _, problems = load_benchmark("humaneval")
    rows = [
        {"messages": [{"role": "assistant", "content": f"```python\n{one.text}{one.solution}\n```"}]}
        for one in problems[2:4]
    ]
    file = tmp_path / "learnt.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    report = scored(path, "other", trained_on=[file]).contamination
    assert [hit["problem"] for hit in report["hits"]] == ["HumanEval/2", "HumanEval/3"]
    assert report["pass_at_1"] == {"all": 0.25, "without": 0.5, "found": 0.0}
    assert report["hits"][0]["evidence"][0]["row"] == f"{file}:1"


def test_of_a_model_whose_training_nobody_knows_it_is_said_that_nothing_was_compared(path):
    done = scored(path, "other")
    assert done.as_dict()["decontamination"] is None
    assert "--trained-on" in contamination_rows(None)[0][1]


def test_a_terminal_gets_counts_scores_and_evidence(path):
    said = dict(contamination_rows(scored(path).contamination))
    assert said["contamination"] == "1 of 4 problems found (1 substring)"
    assert said["pass@1 without"] == "0.000 on the 3 clean problems; 1.000 on those found"
    assert said[""].startswith("HumanEval/0: substring of prompt 1.00 in conversation c002: ")


def test_training_data_that_cannot_be_read_are_named_before_anything_is_asked(path, tmp_path):
    asked = []
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        scored(path, "other", asked=asked, trained_on=[tmp_path / "none.jsonl"])
    assert asked == []
