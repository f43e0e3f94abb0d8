import { defineSwarm, local, range, sh, tree } from "locusts";

export default defineSwarm({
  name: "classify",
  description: "Sorts 200 files into two classes, within the tree of folders that they lie in.",
  jobs: range("first", 0, 190, 10),
  environment: {
    tree: tree({
      root: "environment",
      workdir: "scripts",
      select: [
        "scripts/**",
        "scripts/.settings",
        "important_text_files/text_*.txt",
        "other_files_1/**",
        "other_files_2/**",
        "!!other_files_2",
      ],
    }),
  },
  command: ({ params }) => sh`./important_script.sh ${params.first}-$((${params.first} + 9))`,
  targets: { local: local() },
});
