from support.command_line import assert_one_line


def test_a_missing_source_is_a_usage_error(aiev):
    assert_one_line(aiev("self-learn", "nowhere.py", "--student", "x"), 2, "no such seed source: nowhere.py")


def test_one_dialogue_is_too_few_between_two_gates(aiev):
    assert aiev("self-learn", "--every", "1").exit_code == 2
