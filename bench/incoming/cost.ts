// What a call costs each of the processes that take part in it.
import { cpuMs, cpuMsOfFamily } from '../process-use';
import { type Kinds, resetStatements, type StatementUse, statementUse } from '../statements';
import type { Bench } from './bench';

export interface Cost {
  /** CPU time per call, in microseconds; null where there is no /proc. */
  cpuUs: { postgres: number | null; api: number | null; worker: number | null; load: number };
  statements: StatementUse;
}

/** @returns call it at the end: the cost of what happened between */
export async function startCounting(bench: Bench): Promise<(calls: number, loadCpuMs: number) => Promise<Cost>> {
  const { sql } = bench.installation;
  await resetStatements(sql);
  const before = await readCpu(bench);
  return async (calls, loadCpuMs) => {
    const after = await readCpu(bench);
    const per = (key: keyof typeof after) => {
      const [from, to] = [before[key], after[key]];
      return from === null || to === null ? null : (1000 * (to - from)) / calls;
    };
    return {
      cpuUs: { postgres: per('postgres'), api: per('api'), worker: per('worker'), load: (1000 * loadCpuMs) / calls },
      statements: await statementUse(sql, calls, KINDS),
    };
  };
}

async function readCpu({ installation, apiProcess, worker }: Bench) {
  return {
    postgres: await cpuMsOfFamily(installation.postmasterPid),
    api: await cpuMs(apiProcess.pid),
    worker: await cpuMs(worker.pid),
  };
}

const KINDS: Kinds = [
  [/from incoming_tokens/i, 'receive: where addresses lead'],
  [/incoming_ids/i, 'receive: ids of calls'],
  [/^with new_payloads.*'INCOMING'/is, 'receive: rows, payloads, events'],
  [/unrecorded_refusals/i, 'receive: unrecorded refusals'],
  [/business_events/i, 'worker: outbox'],
  [/request_stats/i, 'worker: counting'],
  [/request_index|request_words|request_changes|failed_requests/i, 'worker: indexing'],
  [/delivery_jobs/i, 'worker: queue'],
  [/notify/i, 'notify'],
  [/^(start transaction|begin|commit|rollback|set local)/i, 'begin and commit'],
];
