import pytest

from aiev_agents.keys import MARK, reply_without_keys, telling, without_keys
from aiev_agents.messages import ChatReply

KEY = "sk-proj-4f9a1c7e22b8"


@pytest.mark.parametrize(
    "word", ["", "x", "none", "EMPTY", "dummy", "ollama", "lm-studio", "not-needed", "password", "secret"]
)
def test_what_could_be_a_word_is_not_looked_for(word):
    assert telling([word, KEY]) == (KEY,)


@pytest.mark.parametrize("key", [KEY, "hunter22", "correct-horse-battery", " padded-key-123\n"])
def test_a_key_becomes_a_mark_wherever_it_stands(key):
    plain = key.strip()
    text = f"use {plain}! key='{plain}', Bearer {plain}x"
    assert without_keys(text, telling([key])) == f"use {MARK}! key='{MARK}', Bearer {MARK}x"


def test_a_key_that_is_part_of_another_leaves_nothing_of_it():
    assert without_keys(f"{KEY}-eu-west", telling([KEY, f"{KEY}-eu-west"])) == MARK


def test_every_text_of_a_reply_is_looked_at():
    reply = ChatReply(f"a {KEY}", model=KEY, finish_reason=KEY, prompt_tokens=3)
    found = reply_without_keys(reply, telling([KEY]))
    assert KEY not in str(found)
    assert found.prompt_tokens == 3
