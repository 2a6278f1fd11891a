// Begins with the test files that take longest, so that none of them is left alone at the end. jest knows their times from
// its last run, but on a fresh clone it begins with the largest files.
import Sequencer from '@jest/test-sequencer';

/** What slowest-files.mjs prints, now and then, and what takes as much CPU. */
const SLOWEST = [
  'read-plan/parity',
  'roles',
  'request-log/export/downloading',
  'delivery/capacity/hostile-partners',
  'database/other-migrations',
  'delivery/attempt/first-attempts',
  'programs/admin-key',
  'replay/replay-crash',
  'delivery/attempt/crash-steps',
  'keyring/encryption-key-rotation',
  'database/several-starters',
  'privacy/killed-erasure',
  'evidence/seal/killed-sealer',
  'database/database-outage',
  'database/embedded-postgres',
  'audit/reasons',
  'delivery/capacity/ordering',
  'masking/exits',
  'delivery/capacity/isolation',
  'delivery/capacity/rate-limit',
  'delivery/fan-out/large-documents',
  'privacy/months/killed-drop',
  'database/embedded-postgres/restarting',
  'server/stopping',
  'delivery/queue/notifications',
  'privacy/months/dropped-months',
  'database/month-partitions',
  'programs/frappe-import/import',
  'incoming/outages/crashes',
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
