// Begins with the test files that take longest, so that none of them is left alone at the end. jest knows their times from
// its last run, but on a fresh clone it begins with the largest files.
import Sequencer from '@jest/test-sequencer';

/** What slowest-files.mjs prints, now and then. */
const SLOWEST = [
  'read-plan/parity',
  'replay/replay-crash',
  'roles',
  'delivery/attempt/crash-steps',
  'delivery/capacity/isolation',
  'database/database-outage',
  'database/other-migrations',
  'incoming/outages/crashes',
  'jobs/processes',
  'delivery/capacity/rate-limit',
  'server/stopping',
  'delivery/attempt/crash',
  'delivery/capacity/ordering',
  'programs/frappe-import/import',
  'request-log/export/downloading',
  'request-log/stats/stats-counting',
  'incoming/outages/outage',
  'delivery/capacity/hostile-partners',
  'delivery/queue/database-restart',
  'replay/replay-deliveries',
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
