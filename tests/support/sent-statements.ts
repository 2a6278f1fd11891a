import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';

/** Every statement that goes out over this pool, whichever way it was sent. */
export function statementsSentBy(source: DataSource): string[] {
  const sent: string[] = [];
  const known = new WeakSet<PoolClient>();
  const { master } = source.driver as unknown as { master: Pool };
  master.on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const run = (client as PoolClient & { run?: (given: QueryConfig) => unknown }).run?.bind(client);
    Object.assign(client, {
      run: (given: QueryConfig) => {
        sent.push(given.text);
        return run?.(given);
      },
      query: (...args: [string | QueryConfig, ...unknown[]]) => {
        sent.push(typeof args[0] === 'string' ? args[0] : args[0].text);
        return query(...args);
      },
    });
  });
  return sent;
}
