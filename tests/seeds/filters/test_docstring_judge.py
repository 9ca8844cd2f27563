from support.building import JUDGED, build, write_functions

from aiev_agents.clients.scripted import ScriptedChatModel


def judge(request):
    """Finds even numbers well documented."""
    text = request.turns[-1][1]
    return "Yes." if any(f"return {n} * x" in text for n in (0, 2, 4)) else "no, it is not"


def test_the_judge_drops_what_its_model_says_no_to_and_asks_once(tmp_path):
    write_functions(tmp_path)
    model = ScriptedChatModel(judge)
    report = build(tmp_path, model, JUDGED)
    assert report["candidates"]["dropped"] == {"poor_docstring": 3}
    assert len(model.requests) == 6
    again = ScriptedChatModel(judge)
    assert build(tmp_path, again, JUDGED)["candidates"] == report["candidates"]
    assert again.requests == []


def test_the_judge_is_shown_as_many_examples_as_the_setting_says(tmp_path):
    write_functions(tmp_path)
    for shots in (2, 7):
        model = ScriptedChatModel(judge)
        build(tmp_path, model, JUDGED, f"filters.judge_shots={shots}")
        assert {len(request.turns) for request in model.requests} == {2 * shots + 2}
