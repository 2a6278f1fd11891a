import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { isConfigurationLimit, whyUnavailable } from '../sql/unavailable';
import { cached } from './cached';
import { MIGRATIONS } from './data-source';

/** Whoever asks will not wait longer, and a network that has gone silent would let us wait. */
const ANSWER_MS = 5_000;
/** Anybody may ask, as often as they like. */
const KEPT_MS = 1_000;

/** `/healthz`: the process runs. `/readyz`: it can do its work; 503 says what is missing. */
export function serveHealth(server: FastifyInstance, source: DataSource, onRequest: onRequestAsyncHookHandler): void {
  const checks = cached(KEPT_MS, () => checkAll(source));
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', { onRequest }, async (_request, reply) => {
    const found = await checks();
    const ready = Object.values(found).every((fault) => fault === null);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks: found });
  });
}

// null: fine; otherwise what is wrong
async function checkAll(source: DataSource): Promise<Record<string, string | null>> {
  const database = await checkDatabase(source);
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

/** More than this memory holds, so that it is written to the disk: reads succeed where that is full, also all of those below. */
const SMALL_MEMORY = `set local work_mem = '64kB'`;
const TO_THE_DISK = 'select count(*) from (select md5(n::text) from generate_series(1, 5000) n order by 1) as sorted';

async function checkDatabase(source: DataSource): Promise<string | null> {
  const asked = source.transaction(async (db) => {
    const sql = `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "isReadOnly"`;
    const [row] = await db.query<{ isReadOnly: boolean }[]>(sql);
    if (row?.isReadOnly) return 'is read-only';
    await db.query(SMALL_MEMORY);
    await db.query(TO_THE_DISK);
    return null;
  });
  // a limit of temporary files says nothing about the disk
  const fault = asked.catch((error: unknown) => (isConfigurationLimit(error) ? null : whyUnavailable(error)));
  return Promise.race([fault, wait(ANSWER_MS, 'cannot be reached', { ref: false })]);
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
