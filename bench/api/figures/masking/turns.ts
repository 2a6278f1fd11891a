// Several readers of one server, measured one after the other in each round: answers a second, and the CPU of one answer.
import type { Client } from 'pg';
import { cpuMs, cpuMsOfFamily } from '../../../process-use';
import { median } from '../../dashboard/dashboard';
import { type LoadProcess, startLoadProcess, type Target } from '../../load';

export interface Use {
  /** Answers, the median of the rounds. */
  perSecond: number;
  /** CPU of the server and PostgreSQL for one answer, the median of the rounds; NaN: unknown on this system. */
  cpuMs: number;
}

export interface Server {
  target: Target;
  pid: number;
  sql: Client;
}

export interface Effort {
  seconds: number;
  rounds: number;
}

export interface Turn {
  target: Target;
  bodies: readonly string[];
  before?(): Promise<unknown>;
  after?(): Promise<unknown>;
}

/** @returns by the names of the turns */
export async function inTurns<Name extends string>(
  server: Server,
  turns: Record<Name, Turn>,
  { seconds, rounds }: Effort,
): Promise<Record<Name, Use>> {
  const load = startLoadProcess();
  try {
    const names = Object.keys(turns) as Name[];
    const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Use[]>;
    for (let round = 0; round < rounds; round += 1) {
      // every second round backwards, so that none always follows the same one
      for (const name of round % 2 === 0 ? names : [...names].reverse()) {
        measured[name].push(await run(server, load, turns[name], seconds));
      }
    }
    const medians = names.map((name) => [
      name,
      {
        perSecond: median(measured[name].map(({ perSecond }) => perSecond)),
        cpuMs: median(measured[name].map((each) => each.cpuMs)),
      },
    ]);
    return Object.fromEntries(medians);
  } finally {
    await load.stop();
  }
}

async function run(server: Server, load: LoadProcess, turn: Turn, seconds: number): Promise<Use> {
  await turn.before?.();
  try {
    await load.run(turn.target, turn.bodies, { seconds: seconds / 3 });
    const before = await cpuOf(server);
    const { answers, perSecond } = await load.run(turn.target, turn.bodies, { seconds });
    return { perSecond, cpuMs: ((await cpuOf(server)) - before) / answers };
  } finally {
    await turn.after?.();
  }
}

/** Of the server and of PostgreSQL, in milliseconds; NaN: unknown. */
export async function cpuOf({ pid, sql }: Server): Promise<number> {
  const { rows } = await sql.query<{ pid: string }>(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
  );
  const [ours, postgres] = [await cpuMs(pid), await cpuMsOfFamily(Number(rows[0]?.pid))];
  return ours === null || postgres === null ? Number.NaN : ours + postgres;
}
