import { Pool } from 'pg';
import { createDataSource } from '../../src/database/data-source';
import { CommitUnknown, isDatabaseUnavailable } from '../../src/sql/database-errors';
import { changedBy } from '../../src/sql/db';
import { type SafeClient, sessionConfig } from '../../src/sql/session';
import { commitWithThese, pipelinedTransactions } from '../../src/sql/transactions';
import { type Statement, statement } from '../../src/sql/wire/statement';
import { NotSent, StatementBatch } from '../../src/sql/wire/statement-batch';
import { useTestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

const database = useTestDatabase();

beforeAll(async () => {
  await database.query('create table noted (note text)');
  await database.query('grant all on noted to public');
});
beforeEach(() => database.query('truncate noted'));

const ECHO = statement('select $1::text as said');
const NOTE = statement('insert into noted (note) values ($1::text)');
const SLEEP = statement('select pg_sleep($1::float8)');

/** An object that has no JSON. */
function unwritable(): object {
  const circular: { self?: object } = {};
  circular.self = circular;
  return circular;
}

async function withClient<T>(pipeline: boolean, url: string, work: (client: SafeClient) => Promise<T>): Promise<T> {
  const pool = new Pool({ ...sessionConfig({ name: 'test', pipeline }), connectionString: url, max: 1 });
  const client = await pool.connect();
  try {
    return await work(client as unknown as SafeClient);
  } finally {
    client.release();
    await pool.end();
  }
}

/** The text that the statement returned, or its error. */
function said(client: SafeClient, { text, name }: Statement, value: unknown): Promise<unknown> {
  return client.run({ text, name, values: [value] }).then(
    ({ rows: [row] }) => (row as { said?: unknown } | undefined)?.said,
    (error: unknown) => error,
  );
}

const withTimeout = (ms: number) => {
  const url = new URL(database.servingUrl);
  url.searchParams.set('query_timeout', String(ms));
  return url.href;
};

const notes = async () => (await database.query('select note from noted order by note')).map(({ note }) => note);

describe.each([true, false])('with pipelining %s', (pipeline) => {
  test('of a group with a value that cannot be sent, those before it run, and the session answers the next ones', async () => {
    await withClient(pipeline, database.servingUrl, async (client) => {
      for (const known of [false, true]) {
        if (known) await said(client, ECHO, 'prepared');
        const group = [said(client, ECHO, 'first'), said(client, ECHO, unwritable()), said(client, ECHO, 'third')];
        const [first, ...others] = await Promise.all(group);
        expect(first).toBe('first');
        for (const error of others) expect(error).toBeInstanceOf(NotSent);
        expect(await said(client, ECHO, 'next')).toBe('next');
      }
    });
  });

  test('a text that the server refuses stops those after it alone', async () => {
    await withClient(pipeline, database.servingUrl, async (client) => {
      await said(client, ECHO, 'prepared');
      const group = await Promise.all(['first', 'a\0b', 'third'].map((value) => said(client, ECHO, value)));
      expect(group).toEqual([
        'first',
        expect.objectContaining({ code: '22021' }),
        expect.objectContaining({ code: '22021' }),
      ]);
      expect(await said(client, ECHO, 'next')).toBe('next');
    });
  });

  test('a group that is not answered within query_timeout is rejected, and its late answer harms nothing', async () => {
    await withClient(pipeline, withTimeout(300), async (client) => {
      await said(client, SLEEP, 0);
      const late = await Promise.all([said(client, SLEEP, 0.9), said(client, SLEEP, 0)]);
      const failed = expect.objectContaining({ message: expect.any(String) });
      expect(late).toEqual([failed, failed]);
      await waitFor('the end of the statement', async () => {
        const rows = await database.query(
          `select from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'
           and state = 'active'`,
        );
        return rows.length === 0;
      });
    });
  });
});

test.each<[string, (batch: StatementBatch) => void]>([
  ['is answered', (batch) => batch.handleReadyForQuery()],
  ['has failed', (batch) => batch.handleError(new Error('failed'))],
])('the time of query_timeout, after which pg ends the session, ends when a group %s', (_what, end) => {
  const batch = new StatementBatch([]);
  let ended = 0;
  batch.callback = () => {
    ended += 1;
  };
  end(batch);
  expect(ended).toBe(1);
});

test.each([false, true])(
  'a transaction whose last statements have a value that cannot be sent is rolled back, and known to be; prepared: %s',
  async (prepared) => {
    const source = await createDataSource(database.servingUrl, {
      name: 'test',
      pipeline: true,
      poolSize: 1,
    }).initialize();
    try {
      const transaction = pipelinedTransactions(source);
      const noting = (...values: unknown[]) =>
        transaction(async (db) => {
          const written = Promise.all(values.map((value) => changedBy(db, NOTE, [value])));
          commitWithThese(db);
          await written;
        });
      if (prepared) await noting('prepared');
      const error = await noting('first', unwritable()).catch((fault: unknown) => fault);
      expect(error).toBeInstanceOf(NotSent);
      expect(error).not.toBeInstanceOf(CommitUnknown);
      expect(isDatabaseUnavailable(error)).toBe(false);
      await noting('later');
      expect(await notes()).toEqual(prepared ? ['later', 'prepared'] : ['later']);
    } finally {
      await source.destroy();
    }
  },
);
