import pytest

from aiev.preference.selection import Reason, Selection


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ((True, True, None), Reason.EVERY_PASSES),
        ((False, None, False), Reason.NONE_PASSES),
        ((None, None, None), Reason.NOT_RUN),
        ((True, False, True), Reason.REPEATED),
        ((True, False, None), None),
    ],
)
def test_a_unit_that_tells_nothing_is_set_apart_with_its_reason(column, reason):
    passed = tuple(zip((True, False, True), column, strict=True))
    found = Selection.of(passed, [False, False])
    assert found.reasons == (None, reason)
    assert found.kept == ((0, 1) if reason is None else (0,))
    assert found.narrowed(passed)[0] == ((True, column[0]) if reason is None else (True,))


def test_a_constant_unit_does_not_set_apart_the_one_with_the_same_column():
    assert Selection.of([[True, True], [False, False]], [True, False]).reasons == (Reason.CONSTANT, None)


def test_without_programs_no_unit_was_run():
    assert Selection.of([], [False]).reasons == (Reason.NOT_RUN,)
