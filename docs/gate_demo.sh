#!/usr/bin/env bash
# Two gates on real models, without a GPU: `gate_demo.sh FOLDER` (`make gate-demo`), under an hour on two cores.
# Qwen2.5-Coder-1.5B makes dialogues. With SmolLM2-135M as the student the gate stays shut; with both the other way round,
# on the same problems and with the replies that are in the journal by then, it opens. Nobody is trained here: what
# decides is what the models are. The same command resumes the demo.
set -euo pipefail
folder=$1
aiev=${AIEV:-.venv/bin/aiev} python=${PYTHON:-.venv/bin/python}
stdlib=$($python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
small=smollm2-135m-instruct large=qwen2.5-coder-1.5b-instruct
of_small=configs/smollm2.toml of_large=configs/qwen.toml
shut=$folder/gate-stays-shut.db opens=$folder/gate-opens.db

# Database, configuration of the teacher, name and configuration of the student.
decide() {
  local config=(--config "$2" --set "student.name=$3" --set "student.config=$4")
  config+=(--set split.test_share=0.9 --set gate.min_items=8)
  $aiev evaluate "$1" --role teacher "${config[@]}"
  $aiev evaluate "$1" --role student "${config[@]}"
  $aiev gate "$1" "${config[@]}"
}

mkdir -p "$folder"
$aiev models fetch $small $large
$aiev teach "$stdlib" --limit 24 --config $of_large --db "$shut"
decide "$shut" $of_large $small $of_small
$python -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))' "$shut" "$opens"
decide "$opens" $of_small $large $of_large
