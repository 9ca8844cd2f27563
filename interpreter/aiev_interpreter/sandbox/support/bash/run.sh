# Sources a program, runs its tests, and reports: bash run.sh source|run TEST_FUNCTION...
# With `run` the tests call the program as a script. The named functions are called after the tests.
# Every check appends one mark to an unlinked file, so checks in subshells count as well: `+` if it held, `!` if not.
# Not covered: a program that reads this shell's variables, since it is sourced here.
#
IFS=' ' read -r __aiev_token __aiev_mode <&4
exec 4<&- 201>&3 3>&-
__aiev_marks=$(mktemp /tmp/aiev.XXXXXX)
exec 202>>"$__aiev_marks" 203<"$__aiev_marks"
rm -f "$__aiev_marks"
__aiev_process=$BASHPID
__aiev_done=
__aiev_tests=$(<tests.sh)
__aiev_how=$1
shift
__aiev_names=("$@")
set --
readonly __aiev_token __aiev_mode __aiev_process

__aiev_pass() { printf + >&202; }

__aiev_fail() {
  printf '!' >&202
  printf '%s\n' "$1" >&2
}

# Describes a failed check: its line, its source and its values.
__aiev_words() {
  local place=$1
  shift
  local word text=
  for word in "$@"; do text+=" ${word@Q}"; done
  printf 'tests.sh:%s: failed:%s' "$place" "$text"
}

# One check: __aiev_check KIND LINE COMMAND... KIND is the outcome that the tests want: `true`, `false`, or `bare` if
# the shell itself decides whether a failure counts.
__aiev_check() {
  local kind=$1 line=$2 status=0
  shift 2
  "$@" || status=$?
  __aiev_judge "$kind" "$status" "$(__aiev_words_if "$kind" "$status" "$line" "$@")"
}

__aiev_words_if() {
  if [[ $1 = false && $2 -eq 0 || $1 != false && $2 -ne 0 || $__aiev_mode = sabotage ]]; then
    __aiev_words "${@:3}"
  fi
}

# Returns the status of a check as the tests see it; under sabotage, the opposite of the wanted one.
__aiev_judge() {
  local kind=$1 status=$2 words=$3 held=no
  if [[ $kind = false ]]; then
    if ((status != 0)); then held=yes; fi
  elif ((status == 0)); then
    held=yes
  fi
  if [[ $held = yes && $__aiev_mode != sabotage ]]; then
    __aiev_pass
    return "$status"
  fi
  if [[ $kind = bare ]]; then
    __aiev_why=$words
    return 1
  fi
  __aiev_fail "$words"
  if [[ $kind = false ]]; then return 0; fi
  return 1
}

# Ends the tests when a check fails outside a condition.
__aiev_on_error() {
  case ${FUNCNAME[1]:-} in
    __aiev_check | __aiev_judge) ;;
    *) return 0 ;;
  esac
  __aiev_fail "${__aiev_why:-an assertion failed}"
  exit 1
}

__aiev_on_exit() {
  local code=$?
  if [[ $BASHPID != "$__aiev_process" ]]; then return; fi
  if [[ -z $__aiev_done ]] && ((code == 0)); then
    printf 'The program ended its own process before the tests were through.\n' >&2
    exit 1
  fi
}

# Assertion functions for the tests; definitions in the tests come later and win.
__aiev_claim() {
  if [[ $1 = yes && $__aiev_mode != sabotage ]]; then
    __aiev_pass
    return 0
  fi
  __aiev_fail "assertion failed: $2"
  return 1
}
__aiev_equal() {
  local held=no
  if [[ $1 == "$2" ]]; then held=yes; fi
  __aiev_claim "$held" "expected ${1@Q}, got ${2@Q}${3:+ ($3)}"
}
__aiev_differ() {
  local held=yes
  if [[ $1 == "$2" ]]; then held=no; fi
  __aiev_claim "$held" "expected another value than ${1@Q}${3:+ ($3)}"
}
__aiev_status() {
  local wanted=$1 status=no held=no
  shift
  if "$@"; then status=yes; fi
  if [[ $status = "$wanted" ]]; then held=yes; fi
  __aiev_claim "$held" "${*@Q}: success was expected to be $wanted"
}
assert_equals() { __aiev_equal "$@"; }
assert_equal() { __aiev_equal "$@"; }
assert_eq() { __aiev_equal "$@"; }
assertEquals() { if (($# == 3)); then __aiev_equal "$2" "$3" "$1"; else __aiev_equal "$@"; fi; }
assert_not_equals() { __aiev_differ "$@"; }
assert_not_equal() { __aiev_differ "$@"; }
assertNotEquals() { if (($# == 3)); then __aiev_differ "$2" "$3" "$1"; else __aiev_differ "$@"; fi; }
assert() { __aiev_status yes "$@"; }
assert_true() { __aiev_status yes "$@"; }
assert_success() { __aiev_status yes "$@"; }
assert_false() { __aiev_status no "$@"; }
assert_failure() { __aiev_status no "$@"; }
assertTrue() { __aiev_status yes eval "${*: -1}"; }
assertFalse() { __aiev_status no eval "${*: -1}"; }
assert_contains() {
  local held=no
  if [[ $1 == *"$2"* ]]; then held=yes; fi
  __aiev_claim "$held" "${1@Q} does not contain ${2@Q}${3:+ ($3)}"
}
fail() {
  __aiev_fail "${*:-fail}"
  exit 1
}

trap __aiev_on_exit EXIT
chmod +x solution.sh 2>/dev/null || :
if [[ $__aiev_how = source ]]; then
  source ./solution.sh || :
fi
trap __aiev_on_exit EXIT
set +e
set -E
trap __aiev_on_error ERR
eval "$__aiev_tests"
for __aiev_name in ${__aiev_names[@]+"${__aiev_names[@]}"}; do
  if declare -F setUp >/dev/null; then setUp; fi
  "$__aiev_name"
  if declare -F tearDown >/dev/null; then tearDown; fi
done
trap - ERR
set +Eeu
IFS= read -r -d '' -u 203 __aiev_found || :
__aiev_held=${__aiev_found//[!+]/}
__aiev_done=yes
if [[ $__aiev_found = *'!'* ]]; then exit 1; fi
if [[ $BASHPID = "$__aiev_process" ]]; then
  printf '%s {"assertions": %d, "completed": true, "error": ""}\n' "$__aiev_token" "${#__aiev_held}" >&201
fi
exit 0
