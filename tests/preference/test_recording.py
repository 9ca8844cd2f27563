from aiev.preference.judgement import judge
from aiev.preference.outcomes import Outcomes, UnitRun
from aiev.preference.pair import Kind, Pair
from aiev.preference.recording import matrix_record, units_of
from aiev.preference.settings import PreferSettings
from aiev.store.preference_records import GenerationRecord

PROGRAMS = [f"def f(x):\n    return x * {factor}\n" for factor in (2, 3, 1)]
SUITES = ["assert f(0) == 0\nassert f(1) == 2\n", "assert f(1)  ==  2  # twice\nassert f(2) == 4\nassert True\n"]
CELLS = [["passed"] * 4, ["passed", "failed", "failed", "passed"], ["passed", "failed", "infra", "passed"]]


def test_units_are_numbered_over_all_tests_and_none_comes_twice():
    found = units_of(SUITES, "python")
    assert [(one.position, one.tests, one.source.strip()) for one in found] == [
        (0, 0, "assert f(0) == 0"),
        (1, 0, "assert f(1) == 2"),
        (2, 1, "assert f(2) == 4"),
        (3, 1, "assert True"),
    ]


def test_a_judgement_is_kept_with_all_that_led_to_it():
    settings, units = PreferSettings(pairs=1), units_of(SUITES, "python")
    outcomes = Outcomes(tuple(tuple(UnitRun(cell, 0.1) for cell in row) for row in CELLS))
    judgement = judge(PROGRAMS, [one.source for one in units], "python", outcomes, settings)
    kept = matrix_record(
        "c1",
        generations=[GenerationRecord("program", 0, "m", {}, "h", PROGRAMS[0])],
        units=units,
        outcomes=outcomes,
        judgement=judgement,
        settings=settings,
        fast=[Pair(Kind.EFFICIENCY, 0, 2, 0.5, "takes 1 s against 2 s")],
    )
    assert [(one.set_apart, one.weight is None) for one in kept.units] == [
        ("every_passes", True),
        ("", False),
        ("", False),
        ("constant", True),
    ]
    assert [(one.kind, one.chosen, one.rejected) for one in kept.pairs] == [("correctness", 0, 1), ("efficiency", 0, 2)]
    assert (len(kept.cells), len(kept.scores)) == (12, 18)
