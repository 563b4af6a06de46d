#!/usr/bin/env bash
# A sweep as a Slurm job array: each task runs one part and writes part-I.json.
#
#   export SCENARIO=scenario.toml VARY="traffic.scale=0.1:10:log:100" PARTS=16 OUT=out
#   job=$(sbatch --parsable --array=1-$PARTS slurm_sweep.sh)
#   sbatch --dependency=afterok:$job slurm_merge.sh
#
# A task that failed is submitted again by its number: sbatch --array=7 slurm_sweep.sh. PARTS is a
# number of its own because Slurm's own count would be 1 then.
#SBATCH --job-name=faascast
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
set -euo pipefail

: "${SCENARIO:?a scenario file}" "${PARTS:?number of parts}" "${OUT:?a folder that all nodes see}"
part=${SLURM_ARRAY_TASK_ID:?run this with sbatch --array=1-$PARTS}
vary=()
for axis in ${VARY:-}; do vary+=(--vary "$axis"); done

mkdir -p "$OUT"
# Each task has a store of its own: SQLite does not like network file systems. The result appears
# whole or not at all.
work=$(mktemp -d "${TMPDIR:-/tmp}/faascast.XXXXXX")
trap 'rm -rf "$work"' EXIT
"${FAASCAST:-faascast}" sweep "$SCENARIO" ${vary[@]+"${vary[@]}"} --shard "$part/$PARTS" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --store "$work/store.sqlite" -o "$work/part.json" >/dev/null
cp "$work/part.json" "$OUT/part-$part.json.part"
mv "$OUT/part-$part.json.part" "$OUT/part-$part.json"
