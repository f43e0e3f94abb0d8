/** Runs `action` and throws, saying `what`, if it is not over after so many seconds. */
export async function withTimeLimit<T>(what: string, seconds: number, action: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${seconds} s`)), seconds * 1000);
  });
  try {
    // An action that throws before its first await must be caught here too.
    return await Promise.race([(async () => action())(), expired]);
  } finally {
    clearTimeout(timer);
  }
}
