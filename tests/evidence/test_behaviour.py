import pytest

from aiev.evidence.behaviour import suspicions

MANY = 6


@pytest.mark.parametrize(
    ("tested", "further", "found"),
    [
        (["5", "5"], ["5"] * MANY, "the program gives the same value for every input"),
        (["0"], ["0", "1", "4", "9", "16"], "a program that gives one value for every input would pass the tests"),
        (["4", "9"], ["9", *["None"] * MANY], "the program answers the inputs of its tests alone"),
        (["4", "9"], ["None"] * MANY, "the program answers the inputs of its tests alone"),
        (["4", "9"], ["!KeyError", "!TypeError"] * MANY, "the program answers the inputs of its tests alone"),
    ],
)
def test_what_no_honest_program_does_is_suspicious(tested, further, found):
    assert suspicions(tested, further) == (found,)


@pytest.mark.parametrize(
    ("tested", "further"),
    [
        (["4", "9"], ["1", "16", "0", "25", "36", "49"]),
        (["True", "False"], ["False"] * MANY),
        (["5"], ["5"] * 3),
        ([], ["5"] * MANY),
        (["4"], [""] * MANY),
        (["hello"], []),
        (["4", "9"], ["None", "1", *["None"] * MANY]),
    ],
)
def test_what_honest_programs_do_is_not(tested, further):
    assert suspicions(tested, further) == ()
