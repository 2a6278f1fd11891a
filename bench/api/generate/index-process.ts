// Indexes the requests of one range of ids, as src/request-log/search/index-requests.ts does with those that the feed names.
import 'reflect-metadata';
import { createDataSource } from '../../../src/database/data-source';
import { indexWords } from '../../../src/request-log/search/index-terms';
import { insertIndexed, requestsToIndex } from '../../../src/request-log/search/request-index.store';
import { rowsOf } from '../../../src/sql/db';

const BATCH = 1_000;

async function main(): Promise<void> {
  const [from = '', to = ''] = process.argv.slice(2);
  const source = createDataSource(process.env.BENCH_INDEX_URL ?? '', { name: 'bench index', poolSize: 2 });
  await source.initialize();
  const db = source.manager;
  const next = (after: string, operator: '>' | '>=') =>
    rowsOf<{ id: string }>(
      db,
      `select id from webhook_request_logs where id ${operator} $1 and id < $2 and finished_at is not null
       order by id limit ${BATCH}`,
      [after, to],
    );
  let writing: Promise<void> = Promise.resolve();
  for (let ids = await next(from, '>='); ids.length > 0; ids = await next(ids.at(-1)?.id as string, '>')) {
    const requests = await requestsToIndex(
      db,
      ids.map(({ id }) => id),
    );
    const rows = requests.map((request) => ({
      id: request.id,
      outcome: request.status,
      tookMs: request.durationMs ?? -1,
      words: indexWords(request),
    }));
    await writing;
    writing = insertIndexed(db, rows);
  }
  await writing;
  await source.destroy();
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
