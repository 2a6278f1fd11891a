import type { Role } from '../../src/access/viewer';
import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';

export interface Reader {
  /** Of the user, as in tables. */
  userId: string;
  key: string;
}

export interface Entry {
  action: string;
  outcome: string;
  subject_type: string | null;
  subject_id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  details: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  criteria: any;
}

/** A user whom no other test has: what they read was not noted before. */
export async function newReader(app: TestApp, ...roles: Role[]): Promise<Reader> {
  const name = `reader-${Math.random()}`;
  const { user } = await mutate(app, 'createUser', { name, roles }, 'user { id }');
  const { token } = await mutate(app, 'createApiKey', { userId: user.id, label: 'test' }, 'token');
  return { userId: uuidOf('User', user.id) as string, key: token };
}

/** The entries about what this user read or was refused, oldest first. */
export async function notedOf(app: TestApp, { userId }: Reader): Promise<Entry[]> {
  const rows = await app.database.query<Entry & { details: string; criteria: string | null }>(
    `select action, outcome, subject_type, subject_id, details, criteria from audit_entries
     where actor_id = $1 and action in ('content.read', 'access.denied') order by id`,
    [userId],
  );
  return rows.map((row) => ({
    ...row,
    details: JSON.parse(row.details),
    criteria: JSON.parse(row.criteria ?? 'null'),
  }));
}
