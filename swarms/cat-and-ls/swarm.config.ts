import { defineSwarm, files, local, optional, sh, shared } from "locusts";

export default defineSwarm({
  name: "cat-and-ls",
  jobs: files("inputs/inputfile_{id}.txt"),
  inputs: {
    first: "inputs/inputfile_{id}.txt",
    second: "inputs/secondinputfile_{id}.txt",
    common: shared("inputs/sharedfile.txt"),
  },
  outputs: {
    listing: "ls_output_{id}.txt",
    text: "cat_output_{id}.txt",
    trace: optional("{id}.trace"),
  },
  command: ({ inputs, outputs }) => sh`
    ls -lrth ${inputs.first} ${inputs.second} ${inputs.common} > ${outputs.listing}
    cat ${inputs.first} ${inputs.second} ${inputs.common} > ${outputs.text}
  `,
  targets: { local: local() },
});
