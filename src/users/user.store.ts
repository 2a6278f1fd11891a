import type { Role } from '../access/viewer';
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { byIds, listing, type RowOf } from '../sql/listing';
import { currentTime } from '../time/clock';
import { newId, timeOfId } from '../values/ids';
import { UserEntity } from './user.entity';

/** A user without an identity at a provider. */
export type NewUser = Pick<UserEntity, 'id' | 'name' | 'fullName' | 'roles' | 'active' | 'createdAt' | 'updatedAt'> & {
  email?: string | null;
};

export const USERS = listing(UserEntity, ['updatedAt', 'standingSince']);
export type UserRow = RowOf<typeof USERS>;
export const usersById = byIds(USERS);

export async function findUser(db: Db, id: string): Promise<UserRow | null> {
  return rowOf<UserRow>(db, statement(`select ${USERS.columns} from users where id = $1`), [id]);
}

/** Locks the row: two changes of one user happen one after the other. */
export async function findUserForUpdate(db: Db, id: string): Promise<UserRow | null> {
  return rowOf<UserRow>(db, statement(`select ${USERS.columns} from users where id = $1 for no key update`), [id]);
}

export async function findUserByName(db: Db, name: string): Promise<UserRow | null> {
  return rowOf<UserRow>(db, statement(`select ${USERS.columns} from users where name = $1`), [name]);
}

export async function findUserByIdentity(db: Db, issuer: string, subject: string): Promise<UserRow | null> {
  const sql = `select ${USERS.columns} from users where identity_issuer = $1 and identity_subject = $2 for no key update`;
  return rowOf<UserRow>(db, statement(sql), [issuer, subject]);
}

/**
 * Locks no row: two transactions that give two users the address of each other would wait for each other. `lockEmail` keeps an
 * address from being given twice.
 * @param email in lower case
 */
export async function findUserWithEmail(db: Db, email: string): Promise<UserRow | null> {
  return rowOf<UserRow>(db, statement(`select ${USERS.columns} from users where email = $1`), [email]);
}

/** Locks the row: the address does not leave the user meanwhile. @param email in lower case */
export async function findUserWithEmailForUpdate(db: Db, email: string): Promise<UserRow | null> {
  const sql = `select ${USERS.columns} from users where email = $1 for no key update`;
  return rowOf<UserRow>(db, statement(sql), [email]);
}

/** Until the transaction ends, no other one finds out which user a person with this address is. @param email in lower case */
export async function lockEmail(db: Db, email: string): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.email'), hashtext($1))`), [email]);
}

/**
 * Locks all active administrators, in the order of their ids: that one remains is decided by one transaction at a time.
 * @returns those whom no order erases
 */
export async function lockAdministrators(db: Db): Promise<string[]> {
  const lock = `select id from users where active and roles <> '{}' and 'SYSTEM_MANAGER' = any(roles)
    order by id for no key update`;
  const locked = await rowsOf<{ id: string }>(db, statement(lock));
  // a statement of its own: it sees the orders of transactions that held the locks
  const staying = `select id from unnest($1::uuid[]) as known (id)
    where not exists (select from erasures e where e.user_id = known.id and e.finished_at is null)`;
  return (await rowsOf<{ id: string }>(db, statement(staying), [locked.map(({ id }) => id)])).map(({ id }) => id);
}

// The statements about users with roles name the condition of an index that has them alone: those who are only named in events
// may be millions.

/** Whether an active user other than this one has one of these roles. */
export async function hasOtherUserWith(db: Db, userId: string, roles: readonly Role[]): Promise<boolean> {
  const sql = `select from users where id <> $1 and active and roles <> '{}' and roles && $2::text[] limit 1`;
  return (await rowOf(db, statement(sql), [userId, roles])) !== null;
}

/** The active users with SYSTEM_MANAGER. */
export async function systemManagers(db: Db): Promise<Pick<UserRow, 'id' | 'name'>[]> {
  const sql = `select id, name from users where active and roles <> '{}' and 'SYSTEM_MANAGER' = any(roles) order by id`;
  return rowsOf(db, statement(sql));
}

/** The active users who have a role, and not those who are only named in events. */
export async function countUsersWithRoles(db: Db): Promise<number> {
  const counted = statement(`select count(*)::int as users from users where active and roles <> '{}'`);
  return (await rowOf<{ users: number }>(db, counted))?.users ?? 0;
}

/** Returns false when the name or the address is taken, also by a concurrent transaction. */
export async function insertUser(db: Db, user: NewUser): Promise<boolean> {
  const row = await rowOf(
    db,
    statement(`insert into users (id, name, full_name, roles, active, email, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`),
    [user.id, user.name, user.fullName, user.roles, user.active, user.email ?? null, user.createdAt, user.updatedAt],
  );
  return row !== null;
}

export async function changeUser(
  db: Db,
  id: string,
  changes: Partial<Omit<UserEntity, 'id' | 'name' | 'createdAt'>> & { updatedAt: Date },
): Promise<void> {
  await db.update(UserEntity, { id }, changes);
}

/** Changes the full name, unless it is another one than `from`: it was changed by hand, or erased. */
export async function renameUser(db: Db, id: string, from: string, to: string): Promise<void> {
  const sql = 'update users set full_name = $3, updated_at = $4 where id = $1 and full_name = $2';
  await changedBy(db, statement(sql), [id, from, to, currentTime()]);
}

/** The ids of these users by name. Creates the unknown ones, without roles and keys. */
export async function ensureUsersNamed(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  const known = await idsByName(db, names);
  const missing = names.filter((name) => !known.has(name));
  if (missing.length === 0) return known;
  const ids = missing.map(() => newId());
  await changedBy(
    db,
    statement(`insert into users (id, name, roles, active, created_at, updated_at)
     select id, name, '{}', true, at, at from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as made (id, name, at)
     on conflict (name) do nothing`),
    [ids, missing, ids.map(timeOfId)],
  );
  return idsByName(db, names);
}

/** The ids of these users by name. */
export async function idsByName(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await rowsOf<{ id: string; name: string }>(
    db,
    statement('select id, name from users where name = any($1::text[])'),
    [names],
  );
  return new Map(rows.map((row) => [row.name, row.id]));
}

const ADMINISTRATOR_LOCK = 4_206_900_002;

/** Until the transaction ends, no other process creates the first administrator or changes its key. */
export async function lockAdministrator(db: Db): Promise<void> {
  await db.query('select pg_advisory_xact_lock($1)', [ADMINISTRATOR_LOCK]);
}
