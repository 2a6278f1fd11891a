// What a process asks the database while nothing happens: each statement wakes two programs.
import { setTimeout as wait } from 'node:timers/promises';
import { useTestApp } from '../support/app';
import { watchSentTo } from './sent-to-database';

const app = useTestApp();

const MAX_PER_SECOND = 20;
const WINDOW_MS = 4_000;
/** A window may contain what is done after a start, or once an hour. */
const MAX_WINDOWS = 5;

test('nothing polls faster than its use needs', async () => {
  const faults: string[] = [];
  while (faults.length < MAX_WINDOWS) {
    const sent = watchSentTo(app.database.name);
    const begunAt = performance.now();
    await wait(WINDOW_MS);
    const perSecond = (sent.sends / (performance.now() - begunAt)) * 1_000;
    sent.stop();
    if (perSecond <= MAX_PER_SECOND) return;
    faults.push(`${perSecond.toFixed(1)} a second: ${mostFrequentOf(sent.statements)}`);
  }
  throw new Error(`Too much is sent while nothing happens.\n${faults.join('\n')}`);
});

function mostFrequentOf(statements: ReadonlyMap<string, number>): string {
  const ordered = [...statements].sort(([, one], [, other]) => other - one).slice(0, 5);
  return ordered.map(([text, times]) => `${times} x ${text.replace(/\s+/g, ' ').slice(0, 100)}`).join('; ');
}
