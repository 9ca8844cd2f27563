import time

import pytest

from aiev_agents.thoughts import separated

ANSWER = "Add.\n\n```python\ndef f(): return 1\n```\nTests:\n```python\nassert f()\n```"
DRAFT = "Try:\n```python\ndef f(): return 0\n```\nWrong."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *[("<think>\n", "\n</think>\n\n"), ("<thinking>", "</thinking>"), ("<Think time='3'>", "</think>")],
        *[("<reasoning>", "</reasoning>"), ("<thought>", "</thought>\n"), ("<seed:think>", "</seed:think>")],
        *[("◁think▷", "◁/think▷"), ("[THINK]", "[/THINK]"), ("", "</think>"), ("", "\n</think>\n</think>\n")],
        ("<|begin_of_thought|>\n", "\n<|end_of_thought|>\n<|begin_of_solution|>\n"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ],
)
def test_thoughts_of_every_family_are_taken_out(before, after):
    said = separated(f"{before}{DRAFT}{after}{ANSWER}")
    assert (said.thoughts, said.answer.strip()) == (DRAFT, ANSWER)


def test_a_mark_glued_to_a_fence_ends_thoughts():
    draft = "```python\ndef f(): return 0\n```"
    for before in ("", "<think>"):
        said = separated(f"{before}{draft}</think>{ANSWER}")
        assert (said.thoughts, said.answer) == (draft, ANSWER)


def test_thoughts_may_stand_between_and_behind():
    said = separated(f"Sure.\n<think>one</think>\n{ANSWER}\n<think>two</think>")
    assert (said.thoughts, said.answer.strip()) == ("one\n\ntwo", f"Sure.\n\n{ANSWER}")


def test_a_block_that_thoughts_leave_open_ends_with_them():
    said = separated(f"Try:\n```python\ndef f(): return 0\n</think>\n{ANSWER}")
    assert (said.thoughts, said.answer.strip()) == ("Try:\n```python\ndef f(): return 0", ANSWER)


def test_thoughts_that_were_cut_are_no_answer():
    assert separated(f"<think>\n{ANSWER}") == (ANSWER, "")


def test_empty_thoughts_leave_nothing():
    assert separated("<think>\n\n</think>\n\nHi") == ("", "\n\nHi")


@pytest.mark.parametrize(
    "text",
    [
        "```python\ndef f(t):\n    return t.split('</think>')[-1]\n```\na\n```python\nassert f('</think>b')\n```",
        "```python\nX = '''\n<think>\na\n</think>\nb'''\n```\nTests:\n```python\nassert X\n```",
        "Take what stands before `</think>` away.",
        "```html\n<think>a</think>\n```",
        "a < b and c[1] > 2",
    ],
)
def test_marks_in_code_are_text(text):
    assert separated(text) == ("", text)


@pytest.mark.parametrize(
    "token",
    [
        *("<|im_end|>", "</s>\n", "<|endoftext|>", "<|eot_id|><|eot_id|>", "<\uff5cend\u2581of\u2581sentence\uff5c>"),
        *("<eos>", "\n<|im_end|>\n<|im_start|>user\nNext?"),
    ],
)
def test_special_tokens_at_the_end_go(token):
    assert separated(f"{ANSWER}{token}").answer.strip() == ANSWER


@pytest.mark.parametrize(
    "text", ["<think>" * 9000, "</think>\n```python\n" * 900, " " * 90_000, "<think>a</think>\n" * 900]
)
def test_hostile_text_is_taken_apart_in_seconds(text):
    began = time.monotonic()
    separated(f"{text}x")
    assert time.monotonic() - began < 10
