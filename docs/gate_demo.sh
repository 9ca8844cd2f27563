#!/usr/bin/env bash
# Two gates on real models, without a GPU: `gate_demo.sh FOLDER` (`make gate-demo`). The small model teaches and the large
# one is the student: the gate opens. The large one teaches and the small one is the student: it stays shut.
# Nobody is trained here, so what decides is what the models are. The same command goes on where it was stopped.
set -euo pipefail
folder=$1
aiev=${AIEV:-.venv/bin/aiev}
stdlib=$(${PYTHON:-.venv/bin/python} -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
small=smollm2-135m-instruct large=qwen2.5-coder-1.5b-instruct
of_small=configs/default.toml of_large=configs/qwen.toml
shared=(--set split.test_share=0.9 --set gate.min_items=8)

# Database, accepted dialogues, configuration of the teacher, name and configuration of the student.
decide() {
  local db=$1 dialogues=$2 teacher=$3 student=$4 of_student=$5
  local config=(--config "$teacher" "${shared[@]}" --set "student.name=$student" --set "student.config=$of_student")
  $aiev teach "$stdlib" --limit 60 --max-accepted "$dialogues" --db "$db" "${config[@]}"
  $aiev evaluate "$db" --role teacher "${config[@]}"
  $aiev evaluate "$db" --role student "${config[@]}"
  $aiev gate "$db" "${config[@]}"
}

mkdir -p "$folder"
$aiev models fetch $small $large
decide "$folder/gate-opens.db" 16 $of_small $large $of_large
decide "$folder/gate-stays-shut.db" 10 $of_large $small $of_small
