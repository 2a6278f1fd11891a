import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { connectionOf } from '../../graphql/lists/connection';
import type { ListQuery } from '../../graphql/lists/list';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { link, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../user.linked-fields';
import { SESSION_FILTER, SessionListArgs } from './session.inputs';
import { SESSIONS, type SessionRow, sessionsById } from './session.store';
import { SessionType } from './session.type';

export const SESSION = rowType('Session', () => SessionType, SESSIONS, sessionsById);

/** The session, if the viewer may see it. */
export async function loadSession(context: Context, id: string): Promise<SessionRow | null> {
  const session = await SESSION.load(context, id);
  const { viewer } = context;
  const maySee = session?.userId === viewer?.userId || SESSION_READERS.some((role) => viewer?.roles.has(role));
  return maySee ? session : null;
}

const SESSION_READERS = ['SYSTEM_MANAGER', 'AUDITOR'] as const;

export const listedSessions = (args: SessionListArgs): ListQuery => ({
  listing: SESSIONS,
  condition: conditionOf(args.where, SESSION_FILTER),
  order: byTime('Session', args.orderBy),
  args,
});

const sessions = rowList(SESSION, {
  connection: () => SessionConnection,
  args: () => SessionListArgs,
  listQuery: listedSessions,
});

export const SessionConnection = connectionOf('Session', () => SessionType);

export const sessionLinkedFields = [
  rootFields({
    sessions: page(sessions, {
      access: HasRole(...SESSION_READERS),
      description: withExample(
        'The sessions of all users, also those that have ended in the last 7 days, newest first.',
        '{ sessions(where: { endedAt: { isNull: true } }, first: 50) { nodes { user { name } lastUsedAt remoteAddress } } }',
      ),
    }),
  }),
  linkedFields(USER, {
    sessions: pageBelow(sessions, 'user_id', {
      access: HasRole(...SESSION_READERS),
      description: 'The sessions of this user, also those that have ended in the last 7 days, newest first.',
    }),
  }),
  linkedFields(SESSION, {
    user: link(USER, 'userId', 'The user who signed in.'),
    endedBy: link(
      USER,
      'endedBy',
      'The user who ended the session; null: it was not ended, or the identity provider or Hookledger ended it.',
    ),
  }),
];
