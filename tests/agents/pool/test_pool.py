"""The examples that prompts show: each is right, says what it must, and is drawn the same way everywhere."""

import asyncio
import itertools

import pytest
from support import backends

from aiev.evidence.mutants import mutants
from aiev_agents.errors import LanguageError
from aiev_agents.languages import LANGUAGES, PYTHON
from aiev_agents.pool import CATEGORIES, DIFFICULTIES, draw, load_pool, pool_hashes
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.reply import parse_reply
from aiev_interpreter import Cell, InterpreterUnavailable, Job, Matrix, Verdict

EVERY = [
    pytest.param(language, example, id=f"{language}-{example.index}")
    for language in LANGUAGES
    for example in load_pool(language)
]


@pytest.fixture(scope="module")
def interpreter():
    with backends.opened("bubblewrap", "pool") as opened:
        yield opened


def shown(language, example):
    """The example as the prompt of a response shows it, read as a reply is read."""
    turns = load_prompt("aligner/respond", language).render(instruction="I", shots=[example])
    return parse_reply(turns[2][1], language)


def words(text):
    return "".join(character if character.isalnum() else " " for character in text.lower()).split()


@pytest.mark.bubblewrap
@pytest.mark.parametrize(("language", "example"), EVERY)
def test_an_example_passes_its_own_tests(language, example, interpreter):
    reply = shown(language, example)
    try:
        result = asyncio.run(interpreter.execute(Job(reply.program, reply.tests, language)))
    except InterpreterUnavailable as error:
        pytest.skip(str(error))
    assert (result.verdict, result.stderr) == (Verdict.OK, "")
    assert result.assertions >= 3


@pytest.mark.bubblewrap
@pytest.mark.parametrize("example", load_pool(), ids=lambda example: str(example.index))
def test_the_tests_of_an_example_find_out_most_of_its_mutants(example, interpreter):
    reply = shown(PYTHON, example)
    changed = [mutant.source for mutant in mutants(reply.program, PYTHON, 8, "pool")]
    result = asyncio.run(interpreter.execute_matrix(Matrix((reply.program, *changed), (reply.tests,))))
    ends = [cells[0] for cells in result.cells]
    assert ends[0] is Cell.PASSED
    assert ends[1:].count(Cell.PASSED) <= len(changed) // 4


@pytest.mark.parametrize(("language", "example"), EVERY)
def test_an_example_keeps_to_the_form_that_its_prompts_ask_for(language, example):
    assert 2 <= len(example.concepts) <= 6
    assert max(len(concept.split()) for concept in example.concepts) <= 6
    assert len(example.instruction.split()) <= 120
    assert [concept for concept in example.concepts if concept.lower() in example.instruction.lower()] == []
    assert not set(itertools.pairwise(words(example.snippet))) >= set(itertools.pairwise(words(example.instruction)))
    reply = shown(language, example)
    assert reply.tests == example.tests
    assert reply.program in example.response
    assert example.response.index(f"\n\n```{LANGUAGES[language].fence}\n") > 60


def test_pools_are_large_and_various_enough():
    assert len(load_pool()) >= 24
    assert {example.category for example in load_pool()} == set(CATEGORIES)
    for category in CATEGORIES:
        assert {example.difficulty for example in load_pool() if example.category == category} == set(DIFFICULTIES)
    assert min(len(load_pool(language)) for language in LANGUAGES) >= 4
    instructions = [example.instruction for language in LANGUAGES for example in load_pool(language)]
    assert len(set(instructions)) == len(instructions)


def test_a_draw_depends_on_its_key_alone():
    assert [example.index for example in draw(load_pool(), 8, "run:seed")] == [11, 23, 10, 19, 6, 25, 21, 8]
    assert draw(load_pool(), 3, "run:seed") == draw(load_pool(), 8, "run:seed")[:3]
    assert draw(load_pool(), 8, "run:seed") != draw(load_pool(), 8, "run:other")


def test_a_draw_shows_no_example_twice_and_no_more_than_there_are():
    small = load_pool("go")
    assert sorted(example.index for example in draw(small, 8, "k")) == list(range(len(small)))
    counts = [
        sum(number in {e.index for e in draw(load_pool(), 8, str(key))} for key in range(400)) for number in (0, 7, 28)
    ]
    assert all(80 < count < 145 for count in counts), counts


def test_the_hash_of_a_pool_is_that_of_its_file():
    assert set(pool_hashes()) == {f"pool/{language}" for language in LANGUAGES}
    assert len(set(pool_hashes().values())) == len(LANGUAGES)


def test_a_language_without_a_pool_is_an_error_that_lists_the_others():
    with pytest.raises(LanguageError, match=r"no language 'cobol'.*python"):
        load_pool("cobol")
