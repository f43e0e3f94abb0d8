/** How a target on another machine is reached, and where things lie there. */
export interface AccessPlan {
  /** null: this machine */
  readonly host: string | null;
  /** absolute path on the target */
  readonly directory: string;
  readonly sharedDirectory: { readonly here: string; readonly there: string } | null;
  readonly transferHost: string | null;
  /** a bash command on this machine that copies `$from` to `$to` */
  readonly transferCommand: string | null;
  readonly ssh: "builtin" | "openssh";
}
