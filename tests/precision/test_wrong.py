from precision.known_dialogues import RIGHT, WRONG, WRONG_FAILED
from precision.wrong import UNEXPLAINED, write_wrong


def test_an_explanation_outlives_the_list(talk, tmp_path):
    path = tmp_path / "wrong.md"
    listed = [
        talk("HumanEval/1", WRONG),
        talk("HumanEval/1", WRONG, policy="tests"),
        talk("HumanEval/2", RIGHT),
        talk("HumanEval/3", WRONG_FAILED, status="discarded"),
        talk("MBPP/4", WRONG),
    ]
    assert write_wrong(listed, path) == 2
    text = path.read_text()
    assert (
        "\n\nAccepted by verified (id-HumanEval/1), tests (id-HumanEval/1) after 1 rounds; no round was right" in text
    )
    assert text.count(UNEXPLAINED) == 2
    path.write_text(text.replace(f"Why: {UNEXPLAINED}", "Why: the text leaves\nthe order open.", 1))
    write_wrong(listed[1:], path)  # another policy accepts it
    assert "Why: the text leaves\nthe order open.\n\n## MBPP/4" in path.read_text()
    assert path.read_text().count(UNEXPLAINED) == 1


def test_a_program_with_fences_stays_inside_its_block(talk, tmp_path):
    one = talk("HumanEval/1", ("wrong ```\n```", True))
    write_wrong([one], tmp_path / "wrong.md")
    assert "````python\n" in (tmp_path / "wrong.md").read_text()
