import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/database';

export const PUBLISH = 'publish_event(text, text, text, json, text, text, text)';

/** A business system beside Hookledger. It owns its tables and may publish; it may do nothing else. */
export interface Shop {
  database: TestDatabase;
  /** Logged in as the owner of the schema `shop`. */
  client: Client;
  connect(login: string): Promise<Client>;
  stop(): Promise<void>;
}

/**
 * @param owner a login that owns the tables and may publish
 * @param clerk a login without rights. All test files share one PostgreSQL server, so the names must differ.
 */
export async function startShop(owner: string, clerk: string): Promise<Shop> {
  const database = await createTestDatabase();
  await database.query(`create role ${owner} login password 'shop'`);
  await database.query(`create role ${clerk} login password 'shop'`);
  await database.query(`grant execute on function ${PUBLISH} to ${owner}`);
  await database.query(`create schema shop authorization ${owner}`);
  const connect = async (login: string) => {
    const url = Object.assign(new URL(database.servingUrl), { username: login, password: 'shop' }).href;
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const client = await connect(owner);
  return {
    database,
    client,
    connect,
    async stop() {
      await client.end();
      await database.query('drop schema shop cascade');
      await database.query(`drop owned by ${owner}, ${clerk}`);
      await database.query(`drop role ${owner}, ${clerk}`);
      await database.drop();
    },
  };
}

interface PublishedEvent {
  documentType: string;
  event: string;
  reference: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  data: any;
  user: string;
  text: string;
}

/** Events published since the last call, by reference. */
export async function takePublished(database: TestDatabase): Promise<PublishedEvent[]> {
  const rows = await database.query<PublishedEvent & { body: Buffer }>(
    `update business_events e set fanned_out_at = now() from payloads p, users u
     where p.id = e.payload_id and u.id = e.user_id and e.fanned_out_at is null
     returning e.id, e.document_type as "documentType", e.event, e.reference_document as reference, p.body, u.name as user`,
  );
  return rows
    .sort((one, other) => (one.reference < other.reference ? -1 : 1))
    .map(({ body, ...row }) => ({ ...row, data: JSON.parse(body.toString()), text: body.toString() }));
}

/** Makes a watched table. @returns its name */
export async function watchedTable(shop: Client, name: string, columns: string, watching = ''): Promise<string> {
  await shop.query(`create table shop.${name} (${columns})`);
  await shop.query(`select watch_table('shop.${name}'${watching})`);
  return `shop.${name}`;
}
