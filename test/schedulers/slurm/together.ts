/**
 * Runs situations side by side: most of their time is waiting.
 *
 * @throws Error that names those that failed, and how
 */
export async function together(situations: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  const names = Object.keys(situations);
  const outcomes = await Promise.allSettled(Object.values(situations).map((run) => run()));
  const failed = outcomes.flatMap((outcome, i) =>
    outcome.status === "rejected" ? [`${names[i]}: ${(outcome.reason as Error).stack}`] : [],
  );
  if (failed.length > 0) throw new Error(failed.join("\n\n"));
}
