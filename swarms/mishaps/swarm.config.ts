import { checked, defineSwarm, list, local, matches, nonEmpty, sh } from "locusts";

export default defineSwarm({
  name: "mishaps",
  description: "Jobs that fail on purpose, each in a way of its own, to show what one sees then.",
  jobs: list("mishap", [
    "none",
    "wrong-argument",
    "no-such-program",
    "crash",
    "endless",
    "no-output",
    "empty-output",
    "error-in-output",
    "odd-columns",
  ]),
  outputs: {
    table: checked(
      matches(nonEmpty("{mishap}.tsv"), /^sample\t/),
      ({ output }) =>
        sh`awk -F '\t' 'NF != 2 { print FILENAME ":" FNR ": " NF " columns" > "/dev/stderr"; exit 1 }' ${output}`,
    ),
  },
  command: ({ outputs, params }) => sh`
    good='sample\tdepth\nA\t31\n'
    case ${params.mishap} in
      none) printf "$good" > ${outputs.table} ;;
      wrong-argument) echo 'analyse: --depth takes a number, not "deep"' >&2; exit 2 ;;
      no-such-program) analize --depth 31 > ${outputs.table} ;;
      crash) printf "$good" > ${outputs.table}; kill -SEGV "$BASHPID" ;;
      endless) while true; do sleep 1; done ;;
      no-output) printf "$good" > tabel.tsv ;;
      empty-output) : > ${outputs.table} ;;
      error-in-output) echo 'Error: out of reads' > ${outputs.table} ;;
      odd-columns) printf "$good"'B\n' > ${outputs.table} ;;
    esac
  `,
  limits: {
    time: "2s",
    retries: 1,
    retryOn: ["signal", "timeout"],
  },
  targets: { local: local() },
});
