import re
from dataclasses import replace

import pytest
from support.dialogues import Talk, write

from aiev.config.layers import load_config
from aiev.dataset.phrasings import PHRASINGS, draw, phrasing
from aiev.dataset.postprocess import build_sample
from aiev.store.reading.dialogues import DialogueReader

START, STOP = "<API_RUN_START>", "<API_RUN_STOP>"


def samples(tmp_path, *talks, **settings):
    settings = load_config().settings.export.model_copy(update={"plain_share": 0.0} | settings)
    with DialogueReader.open(write(tmp_path / "d.db", talks)) as reader:
        return [build_sample(record, settings) for record in reader.dialogues()]


def only(tmp_path, talk, **settings):
    (sample,) = samples(tmp_path, talk, **settings)
    return sample


def test_the_request_to_execute_is_in_the_users_turn(tmp_path):
    talk = Talk(1)
    first = only(tmp_path, talk).turns[0]
    problem, _, request = first.content.partition("\n\n")
    assert (first.role, problem) == ("user", talk.messages()[0].content)
    assert request in PHRASINGS["request"]


def test_every_block_to_run_stands_between_special_tokens(tmp_path):
    talk = Talk(1, install="pip install numpy")
    answer = only(tmp_path, talk).turns[1].content
    blocks = re.findall(f"{START}\n(.*?)\n{STOP}", answer, re.DOTALL)
    assert [block.splitlines()[0] for block in blocks] == ["```bash", "```python", "```python"]
    assert all(block.endswith("```") for block in blocks)
    assert re.sub(f"{START}\n|\n{STOP}", "", answer).count("```") == 6
    assert sum(words in answer for words in PHRASINGS["announce"]) == 1


def test_the_four_tokens_can_be_chosen(tmp_path):
    tokens = {"code_start": "<c>", "code_stop": "</c>", "bash_start": "<b>", "bash_stop": "</b>"}
    answer = only(tmp_path, Talk(1, install="pip install numpy"), **tokens).turns[1].content
    assert re.findall(r"</?[bc]>", answer) == ["<b>", "</b>", "<c>", "</c>", "<c>", "</c>"]
    assert START not in answer


def test_blocks_of_another_language_are_not_run(tmp_path):
    talk = Talk(1, prose="Data:\n```json\n{}\n```\nand")
    answer = only(tmp_path, talk).turns[1].content
    assert "Data:\n```json\n{}\n```\nand" in answer.replace(phrasing("announce", talk.id, 1) + "\n\n", "")


def test_a_bash_program_is_code_and_not_an_installation(tmp_path):
    tokens = {"code_start": "<c>", "bash_start": "<b>"}
    answer = only(tmp_path, Talk(1, language="bash"), **tokens).turns[1].content
    assert "<c>" in answer
    assert "<b>" not in answer


def test_only_turns_that_passed_are_in_the_loss(tmp_path):
    turns = only(tmp_path, Talk(1, ("error", "timeout", "ok"))).turns
    assert [turn.role for turn in turns] == ["user", "assistant"] * 4
    assert [turn.train for turn in turns] == [False, False, False, False, False, True, False, True]
    assert [turn.passed for turn in turns if turn.passed is not None] == [False, False, True]


def test_failed_turns_can_be_put_into_the_loss(tmp_path):
    turns = only(tmp_path, Talk(1, ("error", "ok")), train_failed=True).turns
    assert [turn.train for turn in turns] == [False, True, False, True, False, True]


def test_output_and_description_are_one_turn_outside_of_the_loss(tmp_path):
    turn = only(tmp_path, Talk(1, ("error", "ok"))).turns[2]
    assert turn.output
    assert not turn.train
    assert turn.content.index("OUTPUT-1-1 error") < turn.content.index("It fails in round 1.")
    assert turn.content.rpartition("\n\n")[2] in PHRASINGS["again"]


def test_output_can_have_a_role_of_its_own(tmp_path):
    turns = only(tmp_path, Talk(1, ("error", "ok")), interpreter_role="tool").turns
    assert [turn.role for turn in turns] == ["user", "assistant", "tool", "user", "assistant", "tool", "assistant"]


def test_output_with_fences_cannot_leave_its_own_fence(tmp_path):
    turn = only(tmp_path, Talk(1, output="```\nfree\n````")).turns[2]
    assert turn.content.endswith("`````text\n```\nfree\n````\n`````")


@pytest.mark.parametrize(("assertions", "count"), [(1, "1 assertion"), (3, "3 assertions")])
def test_the_closing_turn_says_what_was_counted(tmp_path, assertions, count):
    closing = only(tmp_path, Talk(1, assertions=assertions)).turns[-1]
    assert re.search(rf"\b{count}\b", closing.content)
    assert closing.train


def test_the_closing_turn_can_be_left_out(tmp_path):
    assert [turn.role for turn in only(tmp_path, Talk(1), closing=False).turns] == ["user", "assistant", "user"]


def test_a_discarded_dialogue_has_nothing_in_the_loss_and_no_closing(tmp_path):
    turns = only(tmp_path, Talk(1, ("error", "oom"))).turns
    assert not any(turn.train for turn in turns)
    assert turns[-1].output


def test_a_share_of_accepted_dialogues_is_told_without_execution(tmp_path):
    talks = [Talk(number, ("error", "ok")) for number in range(200)] + [Talk(999, ("error",))]
    told = samples(tmp_path, *talks, plain_share=0.3)
    plain = [sample for sample in told if not sample.executed]
    assert 40 <= len(plain) <= 80
    assert all(sample.id != "c999" for sample in plain)
    for sample in plain:
        assert [(turn.role, turn.train) for turn in sample.turns] == [("user", False), ("assistant", True)]
        assert "Solution 2." in sample.turns[1].content
        assert START not in sample.turns[1].content
        assert not any(sample.turns[0].content.endswith(words) for words in PHRASINGS["request"])


def test_phrasings_vary_but_not_from_time_to_time():
    drawn = [phrasing("request", f"c{number}") for number in range(300)]
    assert set(drawn) == set(PHRASINGS["request"])
    assert drawn == [phrasing("request", f"c{number}") for number in range(300)]
    assert draw(10, "a", 1) != draw(10, "a", 2) or draw(10, "b", 1) != draw(10, "b", 2)


def test_a_word_of_the_arbiter_asks_for_no_other_run(tmp_path):
    path = write(tmp_path / "a.db", [Talk(1, ("error", "ok"))])
    with DialogueReader.open(path) as reader:
        (record,) = reader.dialogues()
    *before, answer, output = record.messages
    words = replace(answer, role="user", content="The call must give 4.", agent="arbiter")
    settings = load_config().settings.export.model_copy(update={"plain_share": 0.0})
    turns = build_sample(replace(record, messages=(*before, answer, words, output)), settings).turns
    told = turns[-2].content
    assert told.startswith("The call must give 4.\n\n")
    assert not any(phrase in told for phrase in PHRASINGS["again"])
    assert any(phrase in turns[-4].content for phrase in PHRASINGS["again"])


def test_the_last_answer_is_shown_with_the_tests_that_ran(tmp_path):
    talk = Talk(1, verdicts=("error", "ok"))
    with DialogueReader.open(write(tmp_path / "d.db", [talk])) as reader:
        (record,) = reader.dialogues()
    settings = load_config().settings.export.model_copy(update={"plain_share": 0.0})
    amended = replace(record, tests="assert amended(1) == 2")
    turns = build_sample(amended, settings).turns
    assert ["amended(1)" in turn.content for turn in turns if turn.role == "assistant"][:2] == [False, True]
    plain = build_sample(amended, settings.model_copy(update={"plain_share": 1.0})).turns
    assert "amended(1)" in plain[-1].content


def test_only_blocks_that_count_are_run(tmp_path):
    usage = "Wrong. Usage:\n```python\nprint(f1(1))\n```\nOutput:\n```\n1\n```\n"
    prose = f"First:\n```python\ndef f1(x):\n    return 0\n```\n{usage}"
    answer = only(tmp_path, Talk(1, prose=prose)).turns[1].content
    assert answer.count(START) == 2
    assert answer.index(START) > answer.index("Output:")


def test_blocks_in_a_list_or_without_an_end_are_whole_between_their_tokens(tmp_path):
    talk = Talk(1, prose="1. Data:\n   ```python\n   import math\n   ```\n\nThen")
    answer = only(tmp_path, talk).turns[1].content
    assert f"{START}\n```python\nimport math\n```\n{STOP}" in answer
