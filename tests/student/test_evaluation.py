import json
from dataclasses import replace

import pytest
from support.evaluations import PROBLEMS, open_context, solver

from aiev.config.layers import load_config
from aiev.errors import ConfigError
from aiev.store.student_records import SampleRecord
from aiev.student.evaluation import Evaluation, check_samples, evaluation_record, pass_at_k_of, passed_by_item


def record(path, *assignments, model="m", subject="", problems=PROBLEMS, round_number=0):
    with open_context(path, solver(name=model), *assignments) as context:
        return evaluation_record(context, problems, subject=subject, benchmark="", round_number=round_number)


def samples(**passed):
    return [
        SampleRecord("e", item, number, "", "", "ok" if good else "error", "", "", 0.0)
        for item, outcomes in passed.items()
        for number, good in enumerate(outcomes)
    ]


def test_an_evaluation_is_named_by_what_shapes_its_result(tmp_path):
    path = tmp_path / "t.db"
    same = {record(path).id, record(path, problems=PROBLEMS[::-1]).id, record(path, round_number=7).id}
    others = [
        record(path, model="n"),
        record(path, subject="student"),
        record(path, problems=PROBLEMS[:5]),
        record(path, "gate.samples=2"),
        record(path, "gate.max_tokens=99"),
        record(path, "run.seed=1"),
        record(path, "interpreter.wall_seconds=3"),
    ]
    assert len(same) == 1
    assert len(same | {one.id for one in others}) == 1 + len(others)


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (("gate.k=[2]",), r"gate\.k = 2"),
        (("gate.samples=3",), r"gate\.temperature = 0"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(assignments, words):
    with pytest.raises(ConfigError, match=words):
        check_samples(load_config(assignments=assignments).settings.gate)


def test_samples_are_counted_by_problem():
    drawn = samples(a=[True, False], b=[False, False])
    assert passed_by_item(drawn) == {"a": (2, 1), "b": (2, 0)}
    assert pass_at_k_of(drawn, [2], drawn=2) == {"1": 0.25, "2": 0.5}


def test_an_evaluation_as_json_counts_verdicts(tmp_path):
    done = Evaluation(replace(record(tmp_path / "t.db"), id="e"), samples(a=[True, False], b=[False, False]))
    told = json.loads(json.dumps(done.as_dict()))
    assert (told["id"], told["verdicts"]) == ("e", {"ok": 1, "error": 3})
