const SAME_MS = 2_000;

/**
 * Stops in order on SIGINT and SIGTERM, and at once on a second signal. A signal within two seconds counts as the same
 * one, because Ctrl-C reaches us from the terminal and once more from npm.
 */
export function stopOnSignals(stop: (signal: string) => Promise<void>): void {
  let firstAt: number | null = null;
  const onSignal = (signal: string) => {
    if (firstAt !== null) {
      if (performance.now() - firstAt > SAME_MS) process.exit(1);
      return;
    }
    firstAt = performance.now();
    stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
