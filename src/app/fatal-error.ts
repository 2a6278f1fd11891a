/** Errors of a start whose messages say what to do: they need no stack. */
const EXPECTED = ['ConfigError', 'AlreadyRunning', 'DatabaseStartError'];

/**
 * Writes why a program ends to the standard error output.
 * @param expected the names of further errors that need no stack
 */
export function writeFatalError(error: Error, expected: readonly string[] = []): void {
  const isExpected = [...EXPECTED, ...expected].includes(error.name);
  process.stderr.write(`${isExpected ? error.message : (error.stack ?? error.message)}\n`);
}
