from aiev.alignment.sanitising import drops
from aiev.alignment.settings import AlignSettings
from aiev.store.reading.alignment import KeptItem


def item(number, *, text=None, name=None, program=None):
    text = text or f"Task {number}: " + " ".join(f"word{number}x{place}" for place in range(30))
    body = "\n".join(f"    value_{number}_{line} = text.count('{number}{line}') * {line}" for line in range(12))
    program = program or f"def {name or f'f{number}'}(text):\n{body}\n    return value_{number}_1\n"
    return KeptItem(f"c{number}", text, program, "", "python")


def found(*items, contaminated=None, **settings):
    return dict(drops(items, AlignSettings(**settings), contaminated or {}))


def test_items_that_differ_are_all_kept():
    assert found(item(1), item(2), item(3)) == {}


def test_of_equal_instructions_the_first_stays():
    assert found(item(1), item(2, text=item(1).instruction)) == {"c2": "duplicate instruction"}


def test_of_nearly_equal_instructions_the_first_stays():
    near = item(1).instruction + " please"
    assert found(item(1), item(2, text=near)) == {"c2": "near-duplicate instruction"}


def test_of_equal_responses_the_first_stays():
    assert found(item(1), item(2, program=item(1).program)) == {"c2": "duplicate response"}


def test_a_long_instruction_goes():
    assert found(item(1), instruction_words=10) == {"c1": "instruction too long"}


def test_a_name_is_kept_only_so_often():
    items = [item(number, name="solve") for number in range(4)]
    assert found(*items, same_name=3) == {"c3": "name comes too often"}
    assert found(*items, same_name=0) == {}


def test_what_resembles_a_benchmark_goes_with_its_name():
    of_benchmark = {"c2": "resembles HumanEval HumanEval/1"}
    assert found(item(1), item(2), contaminated=of_benchmark) == of_benchmark
