"""Bash jobs in a container: styles of tests, what is counted, what can not be faked."""

import pytest

pytestmark = pytest.mark.docker

ADD = """#!/usr/bin/env bash
set -euo pipefail
add() { echo $(( $1 + $2 )); }
is_even() { [ $(( $1 % 2 )) -eq 0 ]; }
if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then add "$1" "$2"; fi
"""
IF = """#!/bin/bash
source ./add.sh
result=$(add 1 2)
if [ "$result" -eq %s ]; then
  echo "Test passed"
else
  echo "Test failed"  # if it did
fi
exit 0
"""
HELPER = """. "$(dirname "$0")/solution.sh"
check() {
    if [[ "$1" != "$2" ]]; then
        echo "FAIL: expected $2, got $1"
        exit 1
    fi
    echo "ok"
}
check "$(add 1 2)" "%s"
check "$(add 2 2)" 4
"""
LISTS = """[ "$(add 1 2)" = "%s" ] || { echo "bad"; exit 1; }
[[ $(add 2 2) -eq 4 ]] && echo "PASS" || echo "FAIL"
(( $(add 1 1) == 2 )) || exit 1
diff <(add 1 2) <(echo 3)
add 1 2 | grep -q 3
test "$(add 1 1)" -eq 2
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done
[ -d nowhere ] || mkdir -p /tmp/nowhere
"""
FUNCTIONS = """test_add() {
  assert_equals %s "$(add 1 2)" "sum"
  is_even 2
  assertTrue "[ 1 -eq 1 ]"
}
test_even() { if is_even 3; then fail "three is odd"; fi; [ "$(add 2 2)" -eq 4 ]; }
"""
SCRIPT = """output=$(bash solution.sh 1 2)
[ "$output" = "%s" ]
"""


@pytest.mark.parametrize(
    ("tests", "count"),
    [(IF % 3, 1), (HELPER % 3, 2), (LISTS % 3, 6), (FUNCTIONS % 3, 4), (SCRIPT % 3, 1), ("echo hello", 0)],
)
def test_checks_that_held_are_counted(run, tests, count):
    done = run("bash", ADD, tests)
    assert (done.code, done.completed, done.assertions) == (0, True, count), done.stderr


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        (IF % 4, ["tests.sh:4", "'3' '-eq' '4'"]),
        (HELPER % 4, ["tests.sh:3", "'3' '4'"]),
        (LISTS % 4, ["tests.sh:1", "'3' '=' '4'"]),
        (FUNCTIONS % 4, ["expected '4', got '3' (sum)"]),
        (SCRIPT % 4, ["tests.sh:2", "'3' '=' '4'"]),
    ],
)
def test_failed_check_says_both_values(run, tests, words):
    done = run("sh", ADD, tests)
    assert (done.code, done.completed) == (1, False)
    assert all(word in done.stderr for word in words), done.stderr


def test_syntax_error_names_the_file_and_line(run):
    done = run("bash", "add() {\n  echo $(( 1 + 2 )\n}\n", SCRIPT % 3)
    assert (done.stage, done.completed) == ("compile", False)
    assert "solution.sh: line" in done.stderr


@pytest.mark.parametrize("way", ["exit 0", "kill -9 $$", "exec true", "trap - EXIT; exit 0"])
def test_early_end_is_not_completed(run, way):
    assert not run("bash", f"add() {{ {way}; }}", "[ 1 = 1 ]\nadd 1 2\n[ 2 = 2 ]\n").completed


@pytest.mark.parametrize("tests", [IF % 3, HELPER % 3, LISTS % 3, FUNCTIONS % 3, SCRIPT % 3])
def test_sabotage_fails_what_holds(run, tests):
    done = run("bash", ADD, tests, mode="sabotage")
    assert (done.code, done.completed) == (1, False)


def test_report_on_standard_output_or_descriptor_is_useless(run):
    fake = '{"assertions": 9, "completed": true, "error": ""}'
    program = (
        f"add() {{ echo '0123456789abcdef {fake}'; {{ echo 'x {fake}' >&3; }} 2>/dev/null && echo open; exit 0; }}"
    )
    done = run("bash", program, "[ 1 = 1 ]\nadd 1 2\n")
    assert not done.completed
    assert "open" not in done.stdout
