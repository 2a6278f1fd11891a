// Turns off what makes leaves and queues them, in a database whose log is not read afterwards.
import type { Client } from 'pg';

const TABLES = ['webhook_request_logs', 'payloads', 'business_events', 'deliveries'];

/** The insert into the queue, in one statement with another one, and by itself. */
const IN_ONE = /with queued as \(\s*insert into public\.evidence_queue [^)]*\) values \([^)]*\)\s*\)/g;
const ALONE = /insert into public\.evidence_queue[^;]*;/g;

/** @returns turns it on again */
export async function withoutSealing(sql: Client): Promise<() => Promise<void>> {
  const undo: string[] = [];
  for (const table of TABLES) {
    const { rows: triggers } = await sql.query<{ name: string }>(
      `select tgname as name from pg_trigger
       where tgrelid = $1::regclass and tgenabled = 'O' and tgname ~ '_(leaves|digests)|go_to_queue'`,
      [table],
    );
    for (const { name } of triggers) {
      await sql.query(`alter table ${table} disable trigger ${name}`);
      undo.push(`alter table ${table} enable trigger ${name}`);
    }
    // these columns stay empty now; the checks cost nothing that could be measured
    const { rows: checks } = await sql.query<{ name: string }>(
      `select conname as name from pg_constraint
       where conrelid = $1::regclass and contype = 'c' and pg_get_constraintdef(oid) ~ 'leaf_hash|digest'`,
      [table],
    );
    for (const { name } of checks) await sql.query(`alter table ${table} drop constraint ${name}`);
    const { rows: columns } = await sql.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnotnull and attname ~ 'leaf_hash|digest'`,
      [table],
    );
    for (const { name } of columns) await sql.query(`alter table ${table} alter column ${name} drop not null`);
  }
  const { rows: functions } = await sql.query<{ definition: string }>(
    `select pg_get_functiondef(oid) as definition from pg_proc
     where pronamespace = 'public'::regnamespace and prosrc ~ 'insert into public.evidence_queue' and proname !~ 'audit'`,
  );
  for (const { definition } of functions) {
    await sql.query(definition.replaceAll(IN_ONE, '').replaceAll(ALONE, ''));
    undo.push(definition);
  }
  return async () => {
    for (const statement of undo) await sql.query(statement);
  };
}
