"""Which Bash tests prove something about their program, and what cannot talk the judge round."""

import pytest

from aiev_interpreter import Verdict

pytestmark = pytest.mark.docker

ADD = "add() { echo $(( $1 + $2 )); }\n"
EVEN = "is_even() { [ $(( $1 % 2 )) -eq 0 ]; }\n"
ZERO = "\nadd() { echo 0; }\n"
DIVIDE = 'div() { if [ "$2" -eq 0 ]; then echo "error" >&2; return 1; fi; echo $(($1 / $2)); }\n'
OWN = """assert_equal() {
  local expected="$1" actual="$2"
  if [ "$expected" != "$actual" ]; then
    echo "FAIL: expected $expected, got $actual" >&2
    exit 1
  fi
}
assert_equal 3 "$(add 1 2)"
assert_equal 0 "$(add 0 0)"
exit 0
"""
COUNTERS = """pass=0; fail=0
check() { if [ "$1" = "$2" ]; then pass=$((pass+1)); else fail=$((fail+1)); echo "FAIL"; fi; }
check "$(add 1 2)" 3
check "$(add 2 2)" 4
[ "$fail" -eq 0 ] || exit 1
"""
CASE = """case "$(add 1 2)" in
  3)
    echo "ok"
    ;;
  *)
    echo "FAIL" >&2
    exit 1
    ;;
esac
"""
BATS = """#!/usr/bin/env bats
setup() {
  source ./solution.sh
}
@test "adds" {
  run add 1 2
  [ "$status" -eq 0 ]
  [ "$output" = "3" ]
}
"""
HERE = 'want=$(cat <<EOF\n3\nEOF\n)\nif [ "$(add 1 2)" != "$want" ]; then echo "mismatch"; exit 1; fi\n'
TRAP = 'tmp=$(mktemp)\ntrap \'rm -f "$tmp"\' EXIT\nadd 1 2 >"$tmp"\ngrep -q "^3$" "$tmp" || exit 1\n'
LOOP = "for i in 1 2; do\n  r=$(add $i $i)\n  if [ $r -ne $((2 * i)) ]; then echo FAIL; exit 1; fi\ndone\n"
SCRIPT = 'if [ -z "${1:-}" ]; then echo usage >&2; exit 2; fi\necho "hi $1"\n'
CALLS = """if bash solution.sh 2>/dev/null; then echo FAIL; exit 1; fi
[ "$(bash solution.sh bob)" = "hi bob" ] || exit 1
"""


@pytest.mark.parametrize(
    ("program", "tests", "count"),
    [
        (ADD, 'if [ "$(add 1 2)" = 3 ]; then echo ok; exit 0; else echo no; exit 1; fi\n', 1),
        (ADD, OWN, 2),
        (ADD, COUNTERS, 2),
        (ADD, 'fails=0\n[ "$(add 1 2)" = 3 ] || fails=$((fails+1))\nexit $fails\n', 1),
        (ADD, 'set -euo pipefail\n[ "$(add 1 2)" = 3 ]\n[[ $(add 2 2) == 4 ]]\n', 2),
        (EVEN, "set -e\nis_even 2\n", 1),
        (EVEN, "if ! is_even 2; then echo FAIL; exit 1; fi\nif is_even 3; then echo FAIL; exit 1; fi\n", 1),
        (EVEN, "is_even 2 && echo PASS || { echo FAIL; exit 1; }\n", 1),
        (DIVIDE, 'set -e\nif out=$(div 1 0 2>&1); then exit 1; fi\n[ "$out" = error ]\n[ "$(div 4 2)" -eq 2 ]\n', 2),
        (ADD, CASE, 1),
        (ADD, BATS, 2),
        (ADD, HERE, 1),
        (ADD, TRAP, 1),
        (ADD, LOOP, 2),
        (ADD, 'diff <(add 1 2) <(echo 3) || { echo "FAIL"; exit 1; }\n', 1),
        (ADD, 'die() { echo "$*" >&2; exit 1; }\n[ "$(add 1 2)" = 3 ] || die "no sum"\n', 1),
        (SCRIPT, CALLS, 1),
        ("set_it() { RESULT=$1; }\n", 'set_it 5\n[ "$RESULT" = 5 ] || exit 1\n', 1),
        ("\ufeff" + ADD, '\ufeff[ "$(add 1 2)" = 3 ] || exit 1\n', 1),
    ],
)
def test_honest_tests_are_proof(judged, program, tests, count):
    result = judged("bash", program, tests)
    assert (result.verdict, result.assertions) == (Verdict.OK, count), (result.detail, result.stderr)


@pytest.mark.parametrize(
    "tests",
    [
        '[ -n "$(add 1 2)" ] || exit 1\n',
        "add 1 2 >/dev/null\n[ 1 -eq 1 ] || exit 1\n",
        'declare -F add >/dev/null || exit 1\n[ "$(type -t add)" = function ] || exit 1\n',
        'e=$(add 1 2)\nif [ "$e" != "$(add 1 2)" ]; then echo FAIL; exit 1; fi\n',
        'add() { echo 3; }\n[ "$(add 1 2)" = 3 ] || exit 1\n',
        '[ "$(add 1 2)" = 4 ] || true\n',
        'if [ "$(add 1 2)" = 4 ]; then echo yes; else echo no; fi\nexit 0\n',
        "[ -f solution.sh ] || exit 1\n",
    ],
)
def test_what_holds_for_other_programs_is_no_proof(judged, tests):
    result = judged("bash", ADD, tests)
    assert result.verdict is Verdict.NO_TESTS, (result.detail, result.stderr)


SUM = '[ "$(add 1 2)" = 3 ] || exit 1\n'
DIFF = "diff <(add 1 2) <(echo 3) || exit 1\nadd 1 2 | grep -q 3 || exit 1\n"
FAKES = 'mkdir bin; printf "#!/bin/sh\\n" >bin/diff; cp bin/diff bin/grep; chmod +x bin/*; PATH=$PWD/bin:$PATH'
VARIABLES = """add() {
  local name
  for name in $(compgen -v); do case "${!name}" in *"add 1 2"*) echo 3; return ;; esac; done 2>/dev/null
  echo 0
}
"""


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        ("[() { return 0; }\ntest() { return 0; }" + ZERO, SUM),
        ("unset() { :; }\nbuiltin() { :; }\ncommand() { :; }\n[() { :; }" + ZERO, SUM),
        ("[() { :; }\nreadonly -f [" + ZERO, SUM),
        ('add() { eval "[() { return 0; }"; R=0; }\n', 'add 1 2\n[ "$R" = 3 ] || exit 1\n'),
        ("exit() { builtin exit 0; }\nreturn() { :; }" + ZERO, SUM),
        ("trap 'exit 0' EXIT ERR" + ZERO, SUM),
        ("add() { trap - ERR; R=0; }\n", 'add 1 2\n[ "$R" = 3 ]\necho end\n'),
        ("shopt -s expand_aliases\nalias [=true __aiev_check=true exit=true" + ZERO, SUM),
        ('shopt -s extdebug\ntrap "[[ \\$BASH_COMMAND != *exit* ]]" DEBUG' + ZERO, SUM),
        (FAKES + ZERO, DIFF),
        ("diff() { return 0; }\ngrep() { return 0; }" + ZERO, DIFF),
        ("__aiev_judge() { :; }\n__aiev_check() { :; }" + ZERO, SUM),
        ("export BASH_ENV=$PWD/x; echo 'exit 0' >x" + ZERO, SUM),
        ("set +e; set -n 2>/dev/null" + ZERO, SUM),
        ('add() { grep -ho "= [0-9]" -r . | tr -dc 0-9; }\n', SUM),
        (VARIABLES, SUM),
        ("add() { echo abc; }\n", 'if [ "$(add 1 2)" -ne 3 ]; then echo FAIL; exit 1; fi\n'),
    ],
)
def test_a_program_that_cheats_gains_nothing(judged, program, tests):
    result = judged("bash", program, tests)
    assert result.verdict in {Verdict.ERROR, Verdict.NO_TESTS}, result.detail
