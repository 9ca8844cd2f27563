from aiev.store.student_records import AcceptedRecord
from aiev.student.problems import problems_hash
from aiev.student.rounds import items_of, next_round, problems_of


def accepted(number, language="python", part="", round_number=0, content=""):
    return AcceptedRecord(
        id=f"c{number:03}",
        run_id="r",
        recipe="teach",
        model="m",
        seed_id=f"s{number:03}",
        seed_content=content or f"def f{number}(): ...",
        language=language,
        problem=f"Problem {number}",
        program="x = 1",
        tests="assert x",
        requirements=(),
        finished_at=f"2026-{number:03}",
        part=part,
        round=round_number,
    )


def frozen(records, rounds=(), tested=5):
    """Every `tested`-th seed is for testing, another for nothing."""
    part_of = {
        one.seed_id: "test" if int(one.id[1:]) % tested == 0 else "held" if int(one.id[1:]) == 3 else "train"
        for one in records
    }
    record, items = next_round(records, rounds, part_of, stage="teaching", frozen_at="now")
    place = {item.conversation_id: item for item in items}
    after = [
        accepted(int(one.id[1:]), one.language, place[one.id].part, place[one.id].round, one.seed_content)
        if one.id in place
        else one
        for one in records
    ]
    return record, after


def test_later_rounds_keep_every_place_and_add_their_own():
    first, after = frozen([accepted(number) for number in range(20)])
    second, later = frozen([*after, *(accepted(number) for number in range(20, 40))], [first])
    assert later[:20] == after
    assert (first.number, second.number) == (1, 2)
    assert len(items_of(later, 2, "test")) == 8
    assert items_of(later, 1, "test") == [one for one in after if one.part == "test"]
    assert not {one.id for one in items_of(later, 2, "train")} & {one.id for one in items_of(later, 2, "test")}


def test_the_hashes_name_the_sets_and_not_the_order():
    records = [accepted(number) for number in range(20)]
    one, _ = frozen(records)
    other, _ = frozen(records[::-1])
    fewer, _ = frozen(records[:-1])
    assert (one.train_hash, one.test_hash) == (other.train_hash, other.test_hash)
    assert fewer.train_hash != one.train_hash


def test_what_is_near_to_both_is_in_neither():
    _, after = frozen([accepted(number) for number in range(20)])
    assert [one.part for one in after].count("held") == 1
    assert len(items_of(after, 1, "test")) + len(items_of(after, 1, "train")) == 19


def test_a_problem_is_named_by_question_and_tests():
    one, other = problems_of([accepted(1)]), problems_of([accepted(2)])
    assert problems_hash(one + other) == problems_hash(other + one)
    assert problems_hash(one) != problems_hash(other)
