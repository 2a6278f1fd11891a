// What it costs to note a reading of content: requests with a filter each, by a key whose readings are new, and again when they are known.
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '../../dashboard/ask';
import { median } from '../../dashboard/dashboard';
import type { Target } from '../../load';
import { newReader } from './readers';
import { cpuOf, type Effort, type Server } from './turns';

export interface Noting {
  /** CPU of the server and PostgreSQL for a request, in ms, its entry in the audit trail included. */
  newMs: number;
  knownMs: number;
}

/** Below what is recorded one by one for a key in 15 minutes. */
const READINGS = 900;
const AT_ONCE = 8;
const QUERY = `query Noted($from: DateTime!) { webhookRequestLogs(first: 25, where: { startedAt: { gte: $from } }) {
  nodes { id status startedAt data response webhook { id name } user { id name } } pageInfo { endCursor } } }`;

export async function measureNoting(
  server: Server,
  until: number,
  { rounds }: Pick<Effort, 'rounds'>,
): Promise<Noting> {
  const warm = await newReader(server.target, 'INTEGRATION_MANAGER');
  await readAll(server, warm, until);
  const measured: Noting[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const reader = await newReader(server.target, 'INTEGRATION_MANAGER');
    const before = await countEntries(server);
    const newMs = await readAll(server, reader, until);
    const noted = (await countEntries(server)) - before;
    if (noted < READINGS) throw new Error(`${noted} of ${READINGS} readings were noted`);
    measured.push({ newMs, knownMs: await readAll(server, reader, until) });
  }
  return {
    newMs: median(measured.map(({ newMs }) => newMs)),
    knownMs: median(measured.map(({ knownMs }) => knownMs)),
  };
}

/** Until entries are written, sealed and signed. */
const AFTERWARDS_MS = 3_000;

/** @returns CPU of one request, with what follows it */
async function readAll(server: Server, reader: Target, until: number): Promise<number> {
  const before = await cpuOf(server);
  let next = 0;
  const asker = async () => {
    while (next < READINGS) {
      const from = new Date(until - 3_600_000 - next++).toISOString();
      await ask(reader, QUERY, { from });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, asker));
  await wait(AFTERWARDS_MS);
  return ((await cpuOf(server)) - before) / READINGS;
}

async function countEntries({ sql }: Server): Promise<number> {
  const { rows } = await sql.query<{ entries: number }>(
    `select count(*)::int as entries from audit_entries where action = 'content.read'`,
  );
  return rows[0]?.entries ?? 0;
}
