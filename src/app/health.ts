import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { MIGRATIONS } from './data-source';

/** Whoever asks will not wait longer, and a network that has gone silent would let us wait. */
const ANSWER_MS = 5_000;

/** `/healthz`: the process runs. `/readyz`: it can do its work; 503 says what is missing. */
export function serveHealth(server: FastifyInstance, source: DataSource): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const checks = await checkAll(source);
    const ready = Object.values(checks).every((fault) => fault === null);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks });
  });
}

// null: fine; otherwise what is wrong
async function checkAll(source: DataSource): Promise<Record<string, string | null>> {
  const database = await check(source, 'select 1', () => null, 'cannot be reached');
  if (database !== null) return { database, migrations: 'unknown', queue: 'unknown' };
  const migrations = await check(
    source,
    'select count(*)::int as n from migrations',
    ([row]) => (row?.n === MIGRATIONS.length ? null : `${row?.n} of ${MIGRATIONS.length} have run`),
    'cannot be read',
  );
  const queue = await check(source, `select count(*)::int as n from pgboss.queue`, () => null, 'cannot be read');
  return { database, migrations, queue };
}

async function check(
  source: DataSource,
  sql: string,
  judge: (rows: { n: number }[]) => string | null,
  fault: string,
): Promise<string | null> {
  const asked = source.query<{ n: number }[]>(sql).then(judge, () => fault);
  return Promise.race([asked, wait(ANSWER_MS, fault, { ref: false })]);
}
