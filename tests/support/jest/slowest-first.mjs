// Begins with the test files that take longest, so that none of them is left alone at the end. jest knows their times from
// its last run, but on a fresh clone it begins with the largest files.
import Sequencer from '@jest/test-sequencer';

/** What slowest-files.mjs prints. Those that mostly wait stand between those that compute, so that no core is idle. */
const SLOWEST = [
  'delivery/capacity/rate-limit',
  'roles',
  'read-plan/parity',
  'database/other-migrations',
  'privacy/erasure',
  'replay/replay-crash',
  'programs/settings-file',
  'delivery/attempt/crash-steps',
  'server/stopping',
  'request-log/export/downloading',
  'delivery/capacity/ordering',
  'database/database-outage',
  'replay/replay-skipped',
  'users/administrator-key',
  'incoming/outages/crashes',
  'delivery/lists/lists',
  'database/full-wal-disk',
  'database/several-starters',
  'request-log/watch/watch-outage',
  'delivery/attempt/crash',
  'keyring/encryption-key-rotation',
  'replay/replay-deliveries',
  'delivery/fan-out/large-documents',
  'masking/exits',
  'delivery/fan-out/hostile-templates',
  'delivery/queue/notifications',
  'programs/admin-key',
  'delivery/commands/pausing',
  'read-plan/fallbacks',
  'programs/frappe-import/import',
  'privacy/months/killed-drop',
  'templating/time-limit',
  'replay/replay-lifecycle',
  'delivery/attempt/first-attempts',
  'delivery/capacity/isolation',
  'delivery/pause/pause-deliveries',
  'delivery/attempt/stopping',
  'database/embedded-postgres',
  'delivery/capacity/throttling',
  'privacy/erased-copies',
  'programs/hookledger',
  'server/rate-limits',
  'audit/content-reads',
  'privacy/killed-erasure',
  'request-log/watch/watch-access',
  'server/full-pool',
  'incoming/outages/outage',
  'delivery/attempt/retrying',
  'evidence/seal/killed-sealer',
  'audit/audit-events',
  'delivery/capacity/circuit',
  'request-log/watch/web-socket',
  'request-log/feed/rebuilding',
  'database/database-restart',
  'delivery/queue/database-restart',
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
