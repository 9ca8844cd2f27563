"""Problems made harder: what is asked, what is kept, and what is eliminated."""

import json

import pytest
from support.building import build, write_functions

from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.roles.evolver import HEURISTICS, draw_heuristic, why_eliminated


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


PROBLEMS = [
    "Sum a list of numbers.",
    "Reverse a string.",
    "Find the largest number of a list.",
    "Count the vowels of a text.",
    "Merge two sorted lists.",
]


def evolver(request):
    """Makes a problem harder; some in the ways that elimination is for."""
    text = request.turns[-1][1]
    if request.purpose == "evolver/compare":
        return "Same" if "largest" in text else "Different"
    assert request.turns[0][1].count(". ") >= 2
    if "Reverse" in text:
        return "I am sorry, but I cannot do that."
    if "vowels" in text:
        return "Count the vowels of a text!"
    problem = text.removeprefix("Problem:\n").partition("\n")[0]
    return f"{problem} Do it without a loop."


@pytest.fixture
def problems(tmp_path):
    path = tmp_path / "problems.jsonl"
    path.write_text("".join(json.dumps({"instruction": text, "response": "..."}) + "\n" for text in PROBLEMS))
    return [str(path)]


def test_problems_are_made_harder_and_what_came_to_nothing_is_counted(tmp_path, problems):
    model = ScriptedChatModel(evolver)
    report = build(tmp_path, model, "evolve.rounds=1", sources=problems)
    assert report["evolution"] == {
        "attempts": 5,
        "made": 2,
        "eliminated": {"no_gain": 2, "refused": 1},
        "balances": True,
    }
    assert report["candidates"]["kept"] == 5
    written = rows(tmp_path / "out.jsonl")
    assert [row["content"] for row in written[:5]] == PROBLEMS
    harder = written[5:]
    assert [row["content"] for row in harder] == [f"{PROBLEMS[n]} Do it without a loop." for n in (0, 4)]
    assert [row["evolved_from"] for row in harder] == [written[0]["id"], written[4]["id"]]
    assert all(row["heuristic"] in HEURISTICS and row["kind"] == "problem" for row in harder)
    again = ScriptedChatModel(evolver)
    build(tmp_path, again, "evolve.rounds=1", sources=problems)
    assert again.requests == []
    assert rows(tmp_path / "out.jsonl") == written


def test_harder_problems_take_the_place_of_the_old_ones_and_are_made_harder_again(tmp_path, problems):
    report = build(
        tmp_path, ScriptedChatModel(evolver), "evolve.rounds=2", "evolve.keep_original=false", sources=problems
    )
    contents = [row["content"] for row in rows(tmp_path / "out.jsonl")]
    assert contents[:3] == [PROBLEMS[1], PROBLEMS[2], PROBLEMS[3]]
    assert contents[3] == PROBLEMS[0] + " Do it without a loop. Do it without a loop."
    assert report["evolution"]["attempts"] == 7


def test_a_limit_is_drawn_before_anything_is_paid_for(tmp_path, problems):
    model = ScriptedChatModel(evolver)
    build(tmp_path, model, "evolve.rounds=1", "run.limit=2", "evolve.compare=false", sources=problems)
    assert len(model.requests) == 2


def test_only_problems_are_made_harder(tmp_path):
    write_functions(tmp_path)
    model = ScriptedChatModel(evolver)
    assert build(tmp_path, model, "evolve.rounds=1")["evolution"]["attempts"] == 0
    assert not (tmp_path / "journal.db").exists()


def test_heuristics_are_drawn_by_the_key_and_complexity_seldom():
    drawn = [draw_heuristic(str(n)) for n in range(2000)]
    assert drawn[7] == draw_heuristic("7")
    counts = {name: drawn.count(name) for name in HEURISTICS}
    assert len(counts) == 5
    assert counts["complexity"] < min(count for name, count in counts.items() if name != "complexity")


@pytest.mark.parametrize(
    ("evolved", "reason"),
    [
        ("", "empty"),
        ("... and the, of!", "empty"),
        ("Sorry, this is not possible.", "refused"),
        ("Here is the rewritten problem: sum a list.", "names_the_prompt"),
        ("sum a list", "no_gain"),
        ("Sum a list, and skip numbers that come twice.", None),
        ("Sum a list. " + "Say sorry for each number that is missing, " * 12, None),
    ],
)
def test_texts_that_are_of_no_use_are_eliminated(evolved, reason):
    assert why_eliminated("Sum a list.", evolved) == reason
