// Begins with the test files that take longest, so that none of them is left alone at the end. jest knows their times from
// its last run, but on a fresh clone it begins with the largest files.
import Sequencer from '@jest/test-sequencer';

/** What slowest-files.mjs prints, now and then. */
const SLOWEST = [
  'read-plan/parity',
  'roles',
  'delivery/capacity/isolation',
  'replay/replay-crash',
  'delivery/attempt/crash-steps',
  'delivery/attempt/first-attempts',
  'database/other-migrations',
  'delivery/capacity/rate-limit',
  'database/database-outage',
  'server/stopping',
  'request-log/export/downloading',
  'delivery/attempt/crash',
  'delivery/capacity/ordering',
  'incoming/outages/crashes',
  'replay/replay-deliveries',
  'request-log/stats/stats',
  'request-log/feed/rebuilding',
  'delivery/queue/database-restart',
  'database/embedded-postgres',
  'delivery/stats/delivery-stats',
];

export default class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.every(({ duration }) => duration !== undefined)) return sorted;
    const ranks = new Map(SLOWEST.map((name, rank) => [name, rank]));
    const rankOf = ({ path, context }) =>
      ranks.get(path.slice(`${context.config.rootDir}/tests/`.length).replace('.test.ts', '')) ?? SLOWEST.length;
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
