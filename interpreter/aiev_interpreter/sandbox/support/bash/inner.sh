# Sources a program and evaluates its tests: bash inner.sh MODE source|run TEST_FUNCTION..., started by run.sh.
# With `run` the tests call the program as a script. The named functions are called after the tests. Checks in
# subshells count as well, since they send their marks through the same pipe. Against a mutant (`raise`, `constant-a`,
# `constant-b`) the program's functions fail, or print a constant, and no failed check ends the tests.
# Invariant: commands that judge are those of Bash, whatever functions, aliases, traps or options the program has set.
# Not covered: a program that reads this shell's mode, or writes marks, since it is sourced here.
#
__aiev_mode=$1
__aiev_how=$2
shift 2
__aiev_names=("$@")
set --
__aiev_mutant=
if [[ $__aiev_mode != count && $__aiev_mode != sabotage ]]; then __aiev_mutant=yes; fi
__aiev_process=$BASHPID
__aiev_path=$PATH
__aiev_line=0
readonly __aiev_mode __aiev_how __aiev_names __aiev_mutant __aiev_process __aiev_path

__aiev_pass() { printf '+%s\n' "$1" >&202; }

__aiev_fail() {
  printf '!\n' >&202
  printf '%s\n' "$1" >&2
}

# Makes the commands that judge Bash's own again. In POSIX mode, which a mere assignment switches on, no function can
# stand before `unset`.
__aiev_restore() {
  POSIXLY_CORRECT=y
  unset -f '[' test builtin command printf read exit return trap eval exec source . : set unset local shift true false
  unset POSIXLY_CORRECT
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
  __aiev_restore
  case $1 in
    diff | cmp | grep) PATH=$__aiev_path "$@" || status=$? ;;
    *) "$@" || status=$? ;;
  esac
  case $1 in
    '[' | test) if ((status > 1)); then kind=error; fi ;;
  esac
  __aiev_restore
  trap __aiev_on_error ERR
  __aiev_judge "$kind" "$status" "$(__aiev_words_if "$kind" "$status" "$line" "$@")" "$line"
}

__aiev_words_if() {
  if [[ $1 = false && $2 -eq 0 || $1 != false && $2 -ne 0 || $__aiev_mode = sabotage ]]; then
    __aiev_words "${@:3}"
  fi
}

# Returns the status of a check as the tests see it: under sabotage the opposite of the wanted one, against a mutant
# the wanted one. A check that cannot be evaluated (`error`) has failed.
__aiev_judge() {
  local kind=$1 status=$2 words=$3 line=$4 held=no
  if [[ $kind = error ]]; then
    if [[ -z $__aiev_mutant ]]; then __aiev_fail "$words"; fi
    return "$status"
  fi
  if [[ $kind = false ]]; then
    if ((status != 0)); then held=yes; fi
  elif ((status == 0)); then
    held=yes
  fi
  if [[ $held = yes && $__aiev_mode != sabotage ]]; then
    __aiev_pass "$line"
    return "$status"
  fi
  if [[ $__aiev_mutant ]]; then
    [[ $kind != false ]]
    return
  fi
  if [[ $kind = bare ]]; then
    __aiev_why=$words
    return 1
  fi
  __aiev_fail "$words"
  if [[ $kind = false ]]; then return 0; fi
  return 1
}

# An arm of a `case`: `true` if the tests want it, `false` if they fail in it. Returns whether to go on with it.
__aiev_arm() {
  if [[ $1 = true && $__aiev_mode != sabotage ]]; then
    __aiev_pass "$2"
    return 0
  fi
  if [[ $__aiev_mutant ]]; then return 1; fi
  __aiev_fail "tests.sh:$2: failed: $3"
  if [[ $1 = true ]]; then exit 1; fi
}

# Notes the line of an assertion function, and calls it.
__aiev_at() {
  __aiev_line=$1
  "${@:2}"
}

# Ends the tests when a check fails outside a condition.
__aiev_on_error() {
  case ${FUNCNAME[1]:-} in
    __aiev_check | __aiev_judge) ;;
    *) return 0 ;;
  esac
  if [[ $__aiev_mutant ]]; then return 0; fi
  __aiev_fail "${__aiev_why:-an assertion failed}"
  exit 1
}

__aiev_on_exit() {
  local code=$?
  if [[ $BASHPID != "$__aiev_process" ]]; then return; fi
  if ((code == 0)) && [[ -z $__aiev_mutant ]]; then
    printf 'The program ended its own process before the tests were through.\n' >&2
    code=1
  fi
  printf 'end\n' >&202
  exit "$code"
}

# What `exit` in the tests becomes: they may end themselves, which the program may not.
__aiev_exit() {
  local code=${1-$?}
  if [[ $BASHPID = "$__aiev_process" && ($code = 0 || $__aiev_mutant) ]]; then __aiev_finish; fi
  exit "$code"
}

__aiev_finish() {
  printf 'done\n' >&202
  if [[ $(trap -p EXIT) = *__aiev_on_exit* ]]; then trap - EXIT; fi
  exit 0
}

# After `set` in the tests: against a mutant no failing command ends them.
__aiev_soft() {
  if [[ $__aiev_mutant ]]; then set +eu; fi
}

# Replaces the functions and the variables of the program, and the program as a script. Arguments: the names that
# were there before.
__aiev_mutate() {
  local name words='' status=1 known=" $* "
  case $__aiev_mode in
    constant-a) words=7919 status=0 ;;
    constant-b) words=-7919 ;;
  esac
  printf '%s\n' "${words:+printf '%s\\n' $words}" "exit $status" >solution.sh
  for name in $(compgen -A function); do
    if [[ $known = *" $name() "* ]]; then continue; fi
    eval "$name() { ${words:+printf '%s\\n' $words; }return $status; }"
  done
  for name in $(compgen -A variable); do
    if [[ $known = *" $name "* || $name = [_A-Z]* && -z ${!name-} || $name = BASH* ]]; then continue; fi
    if [[ $(declare -p "$name" 2>/dev/null) = 'declare -- '* ]]; then printf -v "$name" %s "$words"; fi
  done
}

# The text of the tests, which run.sh sends when the program is loaded.
__aiev_text() {
  local text
  printf 'loaded\n' >&202
  IFS= read -r -d '' -u 203 text
  printf '%s' "$text"
}

# Called after the program has been sourced.
__aiev_begin() {
  __aiev_restore
  POSIXLY_CORRECT=y
  unset -f shopt unalias compgen declare mapfile diff cmp grep
  unset POSIXLY_CORRECT
  unalias -a
  shopt -u expand_aliases extdebug
  trap - DEBUG RETURN
  trap __aiev_on_exit EXIT
  set +eu -E
  trap __aiev_on_error ERR
  PATH=$__aiev_path
  if [[ $__aiev_mutant ]]; then __aiev_mutate "$@"; fi
}

# Calls the test functions that the tests do not call themselves.
__aiev_rest() {
  local name
  for name in ${__aiev_names[@]+"${__aiev_names[@]}"}; do
    for __aiev_hook in setUp setup; do if declare -F "$__aiev_hook" >/dev/null; then "$__aiev_hook"; fi; done
    "$name"
    for __aiev_hook in tearDown teardown; do if declare -F "$__aiev_hook" >/dev/null; then "$__aiev_hook"; fi; done
  done
}

# Assertion functions for the tests; definitions in the tests come later and win.
__aiev_claim() {
  if [[ $1 = yes && $__aiev_mode != sabotage ]]; then
    __aiev_pass "$__aiev_line"
    return 0
  fi
  if [[ $__aiev_mutant ]]; then return 0; fi
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
assert_success() { if (($#)); then __aiev_status yes "$@"; else __aiev_equal 0 "${status-}" status; fi; }
assert_false() { __aiev_status no "$@"; }
assert_failure() { if (($#)); then __aiev_status no "$@"; else __aiev_differ 0 "${status-}" status; fi; }
assert_output() {
  if [[ $1 = --partial ]]; then assert_contains "${output-}" "$2"; else __aiev_equal "$1" "${output-}" output; fi
}
assertTrue() { __aiev_status yes eval "${*: -1}"; }
assertFalse() { __aiev_status no eval "${*: -1}"; }
assert_contains() {
  local held=no
  if [[ $1 == *"$2"* ]]; then held=yes; fi
  __aiev_claim "$held" "${1@Q} does not contain ${2@Q}${3:+ ($3)}"
}
fail() {
  if [[ $__aiev_mutant ]]; then return 0; fi
  __aiev_fail "${*:-fail}"
  exit 1
}
# Runs a command as Bats does.
run() {
  status=0
  output=$("$@" 2>&1) || status=$?
  mapfile -t lines <<<"$output"
}


readonly -f $(compgen -A function __aiev_)
__aiev_known=($(compgen -A function | sed 's/$/()/') $(compgen -A variable) __aiev_known PIPESTATUS _ FUNCNAME)
readonly __aiev_known
trap __aiev_on_exit EXIT
chmod +x solution.sh 2>/dev/null || :
if [[ $__aiev_how = source ]]; then
  source ./solution.sh || :
fi
__aiev_begin "${__aiev_known[@]}"
eval "exec 203<&-; $(__aiev_text)"
__aiev_soft
__aiev_rest
__aiev_finish
