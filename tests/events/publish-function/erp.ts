import { Client } from 'pg';
import { toNodeId } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';

/** A business system beside Hookledger. Its login may run publish_event() and nothing else. */
export interface Erp {
  client: Client;
  connect(): Promise<Client>;
  stop(): Promise<void>;
}

/** @param login a name that no other test file uses: all share one PostgreSQL server */
export async function startErp({ database }: TestApp, login: string): Promise<Erp> {
  await database.query(`create role ${login} login password 'erp'`);
  await database.query(`grant execute on function publish_event(text, text, text, json, text, text, text) to ${login}`);
  const connect = async () => {
    const url = Object.assign(new URL(database.servingUrl), { username: login, password: 'erp' }).href;
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const client = await connect();
  return {
    client,
    connect,
    async stop() {
      await client.end();
      await database.query(`drop owned by ${login}`);
      await database.query(`drop role ${login}`);
    },
  };
}

export interface Given {
  documentType?: string | null;
  event?: string | null;
  reference?: string | null;
  data?: string | null;
  user?: string | null;
  key?: string | null;
}

/** @returns the event's id as the API knows it */
export async function publishEventBySql(client: Client, given: Given = {}): Promise<string> {
  const { documentType = 'Sales Invoice', event = 'on_submit', reference = 'INV-1', data = '{}' } = given;
  const { rows } = await client.query<{ id: string }>('select publish_event($1, $2, $3, $4::json, $5, $6) as id', [
    documentType,
    event,
    reference,
    data,
    given.user ?? null,
    given.key ?? null,
  ]);
  return toNodeId('BusinessEvent', rows[0]?.id as string);
}

export async function countEvents(app: TestApp, reference: string): Promise<number> {
  const sql = 'select count(*)::int as n from business_events where reference_document = $1';
  return (await app.database.query<{ n: number }>(sql, [reference]))[0]?.n ?? 0;
}
