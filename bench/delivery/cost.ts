// What an event costs: CPU of each process that takes part, statements, and bytes of the write-ahead log.
import type { Bench } from '../bench';
import { cpuMs, cpuMsOfFamily } from '../process-use';
import { type Kinds, resetStatements, type StatementUse, statementUse } from '../statements';

export interface Cost {
  /** CPU time per event, in microseconds; null where there is no /proc. */
  cpuUs: Record<string, number | null>;
  /** Of the application and PostgreSQL, without the receiver. */
  ownCpuUs: number | null;
  statements: StatementUse;
  walBytes: number;
}

const RECEIVER = 'receiver';

/** @returns call it at the end: the cost of what happened between, for each of so many events */
export async function startCounting(bench: Bench): Promise<(events: number) => Promise<Cost>> {
  const { sql } = bench.installation;
  await resetStatements(sql);
  const before = await readCpu(bench);
  const walBefore = await walPosition(bench);
  return async (events) => {
    const after = await readCpu(bench);
    const walBytes = ((await walPosition(bench)) - walBefore) / events;
    const cpuUs = differenceOf(before, after, 1000 / events);
    return { cpuUs, ownCpuUs: ownOf(cpuUs), statements: await statementUse(sql, events, KINDS), walBytes };
  };
}

export type CpuMs = Record<string, number | null>;

export async function readCpu({ installation, processes, receiver }: Bench): Promise<CpuMs> {
  const own = await Promise.all(
    Object.entries(processes).map(async ([name, { pid }]) => [name, await cpuMs(pid)] as const),
  );
  return {
    PostgreSQL: await cpuMsOfFamily(installation.postmasterPid),
    ...Object.fromEntries(own),
    [RECEIVER]: await cpuMs(receiver.pid),
  };
}

/** @param factor of each difference */
export function differenceOf(before: CpuMs, after: CpuMs, factor: number): Record<string, number | null> {
  const entries = Object.entries(after).map(([name, to]) => {
    const from = before[name];
    return [name, from == null || to === null ? null : factor * (to - from)];
  });
  return Object.fromEntries(entries);
}

/** The sum without the receiver, which is not ours. */
export function ownOf(cpu: Record<string, number | null>): number | null {
  return Object.entries(cpu)
    .filter(([name]) => name !== RECEIVER)
    .reduce<number | null>((sum, [, each]) => (sum === null || each === null ? null : sum + each), 0);
}

async function walPosition({ installation }: Bench): Promise<number> {
  const { rows } = await installation.sql.query<{ bytes: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`,
  );
  return rows[0]?.bytes as number;
}

// What stands on the left of a colon is the step of docs/architecture.md.
const KINDS: Kinds = [
  [/insert into business_events/i, 'publish: payloads and events'],
  [/from api_keys|from users/i, 'publish: who asks'],
  [/^with new_payloads/i, 'fan-out: payloads, deliveries, outbox'],
  [/from outbox limit|as sampled join/i, 'size of the backlog'],
  [/from business_events/i, 'fan-out: take from the outbox'],
  [/insert into delivery_jobs/i, 'fan-out and retry: jobs'],
  [/skip locked/i, 'claim: take jobs'],
  [/^select d\.id/i, 'claim: read deliveries'],
  [/from webhook_secrets/i, 'claim: secrets'],
  [/^with marked/i, 'claim: open rows, mark deliveries'],
  [/for share of w/i, 'claim: webhooks'],
  [/from webhooks/i, 'fan-out: webhooks'],
  [/^with updated/i, 'commit: deliveries and rows'],
  [/delete from delivery_jobs/i, 'claim: take jobs'],
  [/request_stats/i, 'counting'],
  [/request_index|request_changes/i, 'indexing'],
  [/notify/i, 'notify'],
  [/^(start transaction|begin|commit|rollback|set local)/i, 'begin and commit'],
];
