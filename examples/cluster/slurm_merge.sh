#!/usr/bin/env bash
# Joins what slurm_sweep.sh wrote: the same bytes as one sweep on one machine.
#SBATCH --job-name=faascast-merge
#SBATCH --ntasks=1
#SBATCH --time=00:10:00
set -euo pipefail

: "${PARTS:?number of parts}" "${OUT:?the folder of the parts}"
parts=()
for i in $(seq 1 "$PARTS"); do parts+=("$OUT/part-$i.json"); done
"${FAASCAST:-faascast}" merge "${parts[@]}" -o "$OUT/points.csv" >/dev/null
echo "$OUT/points.csv"
