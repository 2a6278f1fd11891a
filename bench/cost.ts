// What a delivery costs each of the processes that take part in it.
import type { Bench } from './bench';
import { cpuMs, cpuMsOfFamily } from './process-use';
import { type Kinds, resetStatements, type StatementUse, statementUse } from './statements';

export interface Cost {
  /** CPU time per delivery, in microseconds; null where there is no /proc. */
  cpuUs: { postgres: number | null; api: number | null; workers: number | null; receiver: number | null };
  statements: StatementUse;
}

/** @returns call it at the end: the cost of what happened between */
export async function startCounting(
  bench: Bench,
  workerPids: readonly number[],
): Promise<(n: number) => Promise<Cost>> {
  const { sql } = bench.installation;
  await resetStatements(sql);
  const before = await readCpu(bench, workerPids);
  return async (deliveries) => {
    const after = await readCpu(bench, workerPids);
    const per = (key: keyof typeof after) => {
      const [from, to] = [before[key], after[key]];
      return from === null || to === null ? null : (1000 * (to - from)) / deliveries;
    };
    return {
      cpuUs: { postgres: per('postgres'), api: per('api'), workers: per('workers'), receiver: per('receiver') },
      statements: await statementUse(sql, deliveries, KINDS),
    };
  };
}

async function readCpu({ installation, apiProcess, receiver }: Bench, workerPids: readonly number[]) {
  const workers = await Promise.all(workerPids.map(cpuMs));
  return {
    postgres: await cpuMsOfFamily(installation.postmasterPid),
    api: await cpuMs(apiProcess.pid),
    workers: workers.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0),
    receiver: await cpuMs(receiver.pid),
  };
}

// The words are those of DESIGN section 5.
const KINDS: Kinds = [
  [/insert into business_events/i, 'publish: payloads and events'],
  [/from api_keys|from users/i, 'publish: who asks'],
  [/^with new_payloads/i, 'fan-out: payloads, deliveries, outbox'],
  [/from business_events/i, 'fan-out: take from the outbox'],
  [/insert into pgboss/i, 'fan-out and retry: jobs'],
  [/skip locked/i, 'claim: take jobs'],
  [/^select d\.id/i, 'claim: read deliveries'],
  [/from webhook_secrets/i, 'claim: secrets'],
  [/^with opened/i, 'claim: open rows, mark deliveries'],
  [/for share of w/i, 'claim: webhooks'],
  [/from webhooks/i, 'fan-out: webhooks'],
  [/^with updated/i, 'commit: deliveries and rows'],
  [/update pgboss.*completed_on/is, 'commit: complete jobs'],
  [/pg_notify/i, 'notify'],
  [/^(start transaction|begin|commit|rollback)/i, 'begin and commit'],
  [/pgboss/i, 'queue: supervision'],
];
