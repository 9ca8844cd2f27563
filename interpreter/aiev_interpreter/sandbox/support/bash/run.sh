# Runs a program with its tests in a shell of their own, and reports: bash run.sh source|run TEST_FUNCTION...
# This shell keeps the token, and the tests' text until the program is loaded; their files are removed before. The
# other shell (inner.sh) sends marks, one a line: `loaded`, `+LINE` for a check that held, `!` for one that failed,
# `done` after the tests, and `end` when it exits. Not covered: a program that writes marks itself.
#
IFS=' ' read -r token mode _ <&4
exec 4<&- 201>&3 3>&- 210>&1 211>&2 206<> <(:)
tests=$(<tests.sh)
mapfile -t source <tests.source
rm -f tests.sh tests.source

failed='' ended=''
count=0
declare -A held=()
while IFS= read -r mark; do
  case $mark in
    loaded) printf '%s\0' "$tests" >&206 & ;;
    +*)
      count=$((count + 1))
      held[${mark:1}]=$((${held[${mark:1}]:-0} + 1))
      ;;
    '!') failed=yes ;;
    done | end)
      ended=$mark
      break
      ;;
  esac
done < <(exec bash "${BASH_SOURCE[0]%/*}/inner.sh" "$mode" "$@" 202>&1 203<&206 1>&210 2>&211 </dev/null 201>&- 206>&- 210>&- 211>&-)
wait $!
code=$?

mutant=''
if [[ $mode != count && $mode != sabotage ]]; then mutant=yes; fi
if [[ -z $mutant && ($ended != done || $failed || $code -ne 0) ]]; then exit $((code ? code : 1)); fi
LC_ALL=C
sites=''
for line in "${!held[@]}"; do
  text=${source[line - 1]-}
  text=${text//[^ -~]/ }
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  sites+="${sites:+, }[$line, \"${text:0:400}\", ${held[$line]}]"
done
printf '%s {"assertions": %d, "completed": true, "error": "", "sites": [%s]}\n' "$token" "$count" "$sites" >&201
exit 0
