import { createContext, Script } from 'node:vm';

const LIMIT_MS = 60_000;

const script = new Script('work()');

/**
 * Calls `work`, which must not wait for anything, and stops it after a minute. Give it so much input
 * that quadratic work would need an hour, and linear work a fraction of a second: no machine is that slow.
 */
export function endsByItself<T>(work: () => T): T {
  let result: T | undefined;
  const sandbox = createContext({
    work: () => {
      result = work();
    },
  });
  script.runInContext(sandbox, { timeout: LIMIT_MS });
  return result as T;
}
