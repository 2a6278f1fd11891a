// What an event or a call costs: CPU of each process that takes part, statements, and bytes of the write-ahead log.
import type { Installation } from './installation';
import { cpuMs, cpuMsOfFamily } from './process-use';
import { type Kinds, resetStatements, type StatementUse, statementUse } from './statements';

export interface Cost {
  /** CPU time of each process, in microseconds for one event or call; null where there is no /proc. */
  cpuUs: CpuTimes;
  /** Of the application and PostgreSQL, without the receiver. */
  ownCpuUs: number | null;
  statements: StatementUse;
  walBytes: number;
}

export type CpuTimes = Record<string, number | null>;

/** What takes part: PostgreSQL, and these processes by their names. */
export interface Parts {
  installation: Installation;
  processes: Readonly<Record<string, { pid: number }>>;
  receiver?: { pid: number };
}

const RECEIVER = 'receiver';

/** @returns call it at the end: the cost of what happened between, for each of so many events or calls */
export async function startCounting(parts: Parts, kinds: Kinds): Promise<(count: number) => Promise<Cost>> {
  const { sql } = parts.installation;
  await resetStatements(sql);
  const before = await readCpu(parts);
  const walBefore = await walPosition(parts);
  return async (count) => {
    const after = await readCpu(parts);
    const walBytes = ((await walPosition(parts)) - walBefore) / count;
    const cpuUs = differenceOf(before, after, 1000 / count);
    return { cpuUs, ownCpuUs: ownOf(cpuUs), statements: await statementUse(sql, count, kinds), walBytes };
  };
}

/** In milliseconds. */
export async function readCpu({ installation, processes, receiver }: Parts): Promise<CpuTimes> {
  const all = Object.entries({ ...processes, ...(receiver && { [RECEIVER]: receiver }) });
  return {
    PostgreSQL: await cpuMsOfFamily(installation.postmasterPid),
    ...Object.fromEntries(await Promise.all(all.map(async ([name, { pid }]) => [name, await cpuMs(pid)] as const))),
  };
}

/** @param factor of each difference */
export function differenceOf(before: CpuTimes, after: CpuTimes, factor: number): CpuTimes {
  const entries = Object.entries(after).map(([name, to]) => {
    const from = before[name];
    return [name, from == null || to === null ? null : factor * (to - from)];
  });
  return Object.fromEntries(entries);
}

/** The sum without the receiver, which is not ours. */
export function ownOf(cpu: CpuTimes): number | null {
  return Object.entries(cpu)
    .filter(([name]) => name !== RECEIVER)
    .reduce<number | null>((sum, [, each]) => (sum === null || each === null ? null : sum + each), 0);
}

async function walPosition({ installation }: Parts): Promise<number> {
  const { rows } = await installation.sql.query<{ bytes: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`,
  );
  return rows[0]?.bytes as number;
}
