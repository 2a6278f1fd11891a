// A start has nothing to prepare if the database is as the last start of the same version left it. Granting rights again
// changes nothing, but it writes the catalog, after which each session of each process plans its statements again.
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { MIGRATIONS } from './migrations';
import { MONTHS_AHEAD } from './partitions';
import { READER_ROLE, roleGrants, servingGrants } from './roles';

/**
 * What a start prepares, as it is: tables and their owners, and every right. A right of a role that
 * the cluster lacks, as after a restore into another one, has a number instead of a name.
 */
const ACTUAL = `select concat_ws(' / ',
  (select string_agg(name, ',' order by name) from migrations),
  (select string_agg(concat_ws(' ', nspname, nspowner::regrole, nspacl), ',' order by nspname) from pg_namespace
    where nspname = 'public'),
  (select has_database_privilege(oid, current_database(), 'connect')::text from pg_roles where rolname = '${READER_ROLE}'),
  (select string_agg(concat_ws(' ', oid::regclass, relowner::regrole, relacl), ',' order by oid::regclass::text)
    from pg_class where relnamespace = 'public'::regnamespace
      and relkind in ('r', 'p', 'S', 'v') and not relispartition),
  (select string_agg(concat_ws(' ', attrelid::regclass, attname, attacl), ',' order by attrelid::regclass::text, attnum)
    from pg_attribute where attacl is not null),
  (select string_agg(concat_ws(' ', oid::regprocedure, proacl), ',' order by oid::regprocedure::text) from pg_proc
    where pronamespace = 'public'::regnamespace)) as state`;

/**
 * Whether the last start for this login prepared the same, and all of it is still there, also the partitions of the months to
 * come.
 */
export async function isPrepared(owner: Client, login: string): Promise<boolean> {
  // a later migration makes the function: the first start may have been killed between them
  const { rows: made } = await owner.query<{ exist: boolean }>(
    `select to_regclass('prepared_logins') is not null and to_regproc('missing_partitions') is not null as exist`,
  );
  if (!made[0]?.exist) return false;
  const { rows } = await owner.query<{ fingerprint: string }>(
    `select fingerprint from prepared_logins
     where login = $1 and not exists (select from missing_partitions($2))`,
    [login, MONTHS_AHEAD],
  );
  return rows[0] !== undefined && rows[0].fingerprint === (await fingerprint(owner, login));
}

/** Remembers that all is prepared for this login, as it is now. */
export async function notePrepared(owner: Client, login: string): Promise<void> {
  await owner.query(
    `insert into prepared_logins (login, fingerprint) values ($1, $2)
     on conflict (login) do update set fingerprint = excluded.fingerprint`,
    [login, await fingerprint(owner, login)],
  );
}

async function fingerprint(owner: Client, login: string): Promise<string> {
  const { rows } = await owner.query<{ state: string }>(ACTUAL);
  const wanted = [MIGRATIONS.map((Migration) => new Migration().name), roleGrants(), servingGrants(login)];
  return createHash('sha256')
    .update(JSON.stringify([wanted, rows[0]?.state]))
    .digest('hex');
}
