// The metrics that are read from the database when they are asked for. All processes show the same.

import { countPendingDecisions } from '../../delivery/engine/pending-decision.store';
import { findDeliveriesPause } from '../../delivery/pause/deliveries-pause.store';
import { oldestDueSeconds } from '../../delivery/queue/backlog.store';
import { countDeadLetters } from '../../delivery/queue/dead-letter.store';
import { anchorTargets } from '../../evidence/anchors/anchor.store';
import { STOP_CODES, sealingStops } from '../../evidence/sealing-stop.store';
import { evidenceBehindSeconds, waitingLeaves } from '../../evidence/tree.store';
import { backfillRemaining } from '../../request-log/feed/backfill.store';
import { behindSeconds } from '../../request-log/feed/feed-position.store';
import type { Db } from '../../sql/db';
import { type ConnectedStandby, connectedStandbys } from '../../system/standby-lag.store';
import { bytesOfTables } from '../../system/table-bytes.store';
import { currentTime } from '../../time/clock';
import { secondsToNextExpiry } from '../../webhooks/expiring/expiring-secrets.store';
import { webhookConditions } from '../../webhooks/webhook-circuit.store';

export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

export interface DatabaseGauge {
  name: string;
  help: string;
  labelNames?: string[];
  /** For how long its samples are shown again, where reading them is much work; absent: they are read each time. */
  keptMs?: number;
  read(db: Db): Promise<readonly Sample[]>;
}

export const DATABASE_GAUGES: readonly DatabaseGauge[] = [
  {
    name: 'hookledger_pending_decisions',
    help: 'Pairs of event and webhook whose condition or template is still to be evaluated, up to 10,000.',
    read: async (db) => [{ value: await countPendingDecisions(db, 10_000) }],
  },
  {
    name: 'hookledger_oldest_due_seconds',
    help: 'For how many seconds the oldest event that is not fanned out, or the delivery that is due the longest, has waited; 0: none waits.',
    read: async (db) => [{ value: await oldestDueSeconds(db) }],
  },
  {
    name: 'hookledger_dead_letters',
    help:
      'Deliveries whose attempt cannot be begun (JOB), events that cannot be fanned out (EVENT), pending decisions that cannot ' +
      'be made (DECISION), requests that cannot be indexed (INDEX) or counted (COUNT_OPENED, COUNT_CLOSED) and changes of deliveries ' +
      'that cannot be counted (COUNT_DELIVERIES), because something in the database is wrong with them.',
    labelNames: ['kind'],
    read: async (db) => samplesOf('kind', await countDeadLetters(db)),
  },
  {
    name: 'hookledger_deliveries_paused',
    help: '1 while all deliveries are paused (pauseDeliveries); otherwise 0.',
    read: async (db) => [{ value: (await findDeliveriesPause(db)) === null ? 0 : 1 }],
  },
  {
    name: 'hookledger_webhooks',
    help: 'Outgoing webhooks whose circuit is not closed (open), whose deliveries wait for capacity (waiting), disabled.',
    labelNames: ['condition'],
    read: async (db) => samplesOf('condition', await webhookConditions(db)),
  },
  {
    name: 'hookledger_search_index_behind_seconds',
    help: 'Seconds since the oldest change of the log that the search index has not read; 0: searches find all.',
    read: async (db) => [{ value: await behindSeconds(db, 'index') }],
  },
  {
    name: 'hookledger_counts_behind_seconds',
    help: 'Seconds since the oldest change that statistics do not count yet, of requests (counts) and of deliveries; 0: they count all.',
    labelNames: ['reader'],
    read: async (db) => {
      const [counts, deliveries] = await Promise.all([behindSeconds(db, 'counts'), behindSeconds(db, 'deliveries')]);
      return samplesOf('reader', { counts, deliveries });
    },
  },
  {
    name: 'hookledger_backfill_remaining_rows',
    help: 'Estimate of the requests and deliveries that are still to be counted or indexed; above 0 only after a restore.',
    labelNames: ['reader'],
    read: async (db) => samplesOf('reader', await backfillRemaining(db)),
  },
  {
    name: 'hookledger_evidence_waiting',
    help: 'Leaves that wait to be sealed, counted up to 1,001.',
    read: async (db) => [{ value: (await waitingLeaves(db)).waiting }],
  },
  {
    name: 'hookledger_evidence_behind_seconds',
    help: 'Seconds for which the first row has waited that no signed head contains; 0: all are sealed.',
    read: async (db) => [{ value: await evidenceBehindSeconds(db) }],
  },
  {
    name: 'hookledger_evidence_stopped',
    help: 'Why nothing is sealed, or not all (ROWS): 1 for each reason that holds in a process; otherwise 0.',
    labelNames: ['code'],
    async read(db) {
      const stops = await sealingStops(db, currentTime());
      return STOP_CODES.map((code) => ({ labels: { code }, value: stops.some((stop) => stop.code === code) ? 1 : 0 }));
    },
  },
  {
    name: 'hookledger_evidence_anchor_failed',
    help: '1 if the last try to send a head of the evidence to this webhook event, witness or authority failed; otherwise 0.',
    labelNames: ['kind', 'by'],
    async read(db) {
      const targets = await anchorTargets(db);
      return targets.map(({ kind, by, error }) => ({ labels: { kind, by }, value: error === null ? 0 : 1 }));
    },
  },
  {
    name: 'hookledger_next_expiry_seconds',
    help: 'Seconds until the next secret, address, certificate or API key of this kind expires; negative: a certificate in use has expired.',
    labelNames: ['kind'],
    read: async (db) => samplesOf('kind', await secondsToNextExpiry(db, currentTime())),
  },
  {
    name: 'hookledger_table_bytes',
    help: 'Bytes of a table with its indexes, by month where it is divided by months; otherwise the month is empty.',
    labelNames: ['table', 'month'],
    // it looks at each file of each table and index, of which there are thousands after two years
    keptMs: 300_000,
    async read(db) {
      return (await bytesOfTables(db)).map(({ table, month, bytes }) => ({ labels: { table, month }, value: bytes }));
    },
  },
  {
    name: 'hookledger_standby_lag_seconds',
    help: 'For how many seconds a standby that is connected with the primary has not replayed what was committed; 0: it has all.',
    labelNames: ['standby'],
    read: async (db) => samplesOfStandbys(await connectedStandbys(db), 'seconds'),
  },
  {
    name: 'hookledger_standby_lag_bytes',
    help: 'Bytes of the log of the primary that a standby, connected with it, has not replayed.',
    labelNames: ['standby'],
    read: async (db) => samplesOfStandbys(await connectedStandbys(db), 'bytes'),
  },
];

function samplesOfStandbys(standbys: readonly ConnectedStandby[], key: 'seconds' | 'bytes'): Sample[] {
  return standbys.flatMap(({ standby, [key]: value }) => (value === null ? [] : [{ labels: { standby }, value }]));
}

function samplesOf(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
