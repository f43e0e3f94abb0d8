export class RuntimeProblem extends Error {
  override readonly name = "RuntimeProblem";

  constructor(
    message: string,
    readonly hint?: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
