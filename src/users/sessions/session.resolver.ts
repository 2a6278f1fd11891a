import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { READERS, type Viewer } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { DEPENDS_ON_VIEWER } from '../../graphql/field-rules';
import { connectionOf } from '../../graphql/lists/connection';
import { byTime, type ListQuery, listPage, timeArgsOf } from '../../graphql/lists/list';
import { by, whereOf } from '../../graphql/lists/where';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { link, linkedFields, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { rawJson, rowList, rowType, type SqlFields } from '../../read-plan/sql-fields';
import { all } from '../../sql/condition';
import { uuidOf } from '../../values/ids';
import { USER } from '../user.resolver';
import { UserWhere } from '../user.type';
import { SESSION_END_REASONS, SESSION_METHODS, type SessionEndReason, type SessionMethod } from './session.entity';
import { SESSIONS, type SessionRow, sessionsById } from './session.store';
import { isLiveNow, revokeSession, revokeSessions } from './sessions';

export const SessionMethodEnum = publishEnum('SessionMethod', SESSION_METHODS, 'How a user signed in.', {
  API_KEY: { description: 'With an API key.' },
  OPENID_CONNECT: { description: 'At the identity provider, by OpenID Connect.' },
});

export const SessionEndReasonEnum = publishEnum('SessionEndReason', SESSION_END_REASONS, 'Why a session ended.', {
  SIGNED_OUT: { description: 'The user signed out.' },
  REVOKED: { description: 'The user or a SYSTEM_MANAGER revoked it.' },
  REPLACED: { description: 'The user signed in again in the same browser.' },
  PROVIDER: { description: 'The user signed out at the identity provider, or was signed out there.' },
  TOO_MANY: {
    description:
      'The user had 50 sessions and signed in again: the session that was unused for the longest time ended.',
  },
});

@HasRole(...READERS)
@ObjectType('Session', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A sign-in of a user with a browser. A session ends 12 hours after the sign-in, after 60 minutes without ' +
    'a request, and with the API key that it was made from. Users without the role SYSTEM_MANAGER or AUDITOR ' +
    'see only their own sessions.',
})
class SessionType extends NodeType {
  @Field(() => SessionMethodEnum, { description: 'How the user signed in.' })
  method: SessionMethod;

  @Field(() => GraphQLDateTime, { description: 'When the user signed in. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    description: 'When the session ends even if it is used: 12 hours after the sign-in.',
  })
  expiresAt: Date;

  @Field(() => GraphQLDateTime, {
    description: 'When the session was last used, to the minute. It ends 60 minutes later.',
  })
  lastUsedAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the session was ended; null: it was not ended, but may have expired.',
  })
  endedAt: Date | null;

  @Field(() => SessionEndReasonEnum, {
    nullable: true,
    description: 'Why the session was ended; null: it was not ended.',
  })
  endReason: SessionEndReason | null;

  @Field(() => String, { nullable: true, description: 'The IP address from which the user signed in.' })
  remoteAddress: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The User-Agent header of the browser, at most 500 characters; null: none was sent.',
  })
  userAgent: string | null;
}

export const SessionWhere = whereOf('SessionWhere', 'sessions', 'Sessions that meet all of these conditions.', {
  id: by.id('Session', 'The id of the session, `ses_...`.'),
  user: by.link(() => UserWhere, 'The user who signed in.'),
  createdAt: by.idTime('When the user signed in.'),
  expiresAt: by.time('When the session expires even if it is used.'),
  lastUsedAt: by.time('When the session was last used, to the minute.'),
  endedAt: by.optionalTime('When the session was ended; { isNull: true }: sessions that were not ended.'),
  remoteAddress: by.text('The IP address from which the user signed in: { eq: "203.0.113.9" }.'),
});
export type SessionWhere = InstanceType<typeof SessionWhere>;

const SessionListArgs = timeArgsOf(SessionWhere);
type SessionListArgs = InstanceType<typeof SessionListArgs>;

@InputType('RevokeSessionInput', { description: 'The session to revoke.' })
class RevokeSessionInput {
  @Field(() => ID, { description: 'The id of the session, `ses_...`.' })
  id: string;
}

@InputType('RevokeSessionsInput', { description: 'The user whose sessions are revoked.' })
class RevokeSessionsInput {
  @Field(() => ID, { description: 'The id of the user, `usr_...`: you, or with SYSTEM_MANAGER any user.' })
  userId: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the session of this request stays. Default: false.',
  })
  keepCurrent: boolean;
}

export const sessionSqlFields: readonly SqlFields[] = [
  {
    type: 'Session',
    fields: {
      current: rawJson(
        (row) => `to_json(${row.column('id')})`,
        (id, { viewer }) => viewer?.sessionId === id,
      ),
    },
  },
];

export const SESSION = rowType('Session', () => SessionType, SESSIONS, sessionsById);

/** The session, if the viewer may see it. */
export async function loadSession(context: Context, id: string): Promise<SessionRow | null> {
  const session = await SESSION.load(context, id);
  const { viewer } = context;
  const maySee = session?.userId === viewer?.userId || SESSION_READERS.some((role) => viewer?.roles.has(role));
  return maySee ? session : null;
}

const SESSION_READERS = ['SYSTEM_MANAGER', 'AUDITOR'] as const;

const listedSessions = (args: SessionListArgs): ListQuery => ({
  listing: SESSIONS,
  condition: conditionOf(args.where, SessionWhere.filter),
  order: byTime('Session', args.orderBy),
  args,
});

const sessions = rowList(SESSION, {
  connection: () => SessionConnection,
  args: () => SessionListArgs,
  listQuery: listedSessions,
});

const SessionConnection = connectionOf('Session', () => SessionType);

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

const RevokeSessionPayload = payloadOf('RevokeSession', {
  session: [() => SessionType, 'The session, now with `endedAt`.'],
});
const RevokeSessionsPayload = payloadOf('RevokeSessions', {
  sessions: [() => [SessionType], 'The sessions that were revoked, 0 to 50.'],
});

@Resolver(() => SessionType)
export class SessionResolver {
  @Extensions(DEPENDS_ON_VIEWER)
  @FieldResolver(() => Boolean, { description: 'Whether it is the session of this request.' })
  current(@Ctx() { viewer }: Context, @Root() session: SessionRow) {
    return viewer?.sessionId === session.id;
  }

  @HasRole(...READERS)
  @Query(() => SessionConnection, {
    nullable: true,
    description: withExample(
      'Your own live sessions, newest first, at most 50.',
      '{ mySessions(first: 50) { nodes { id current createdAt lastUsedAt remoteAddress userAgent } } }',
    ),
  })
  mySessions(@Ctx() context: Context, @Args(() => SessionListArgs) args: SessionListArgs) {
    const { condition, ...list } = listedSessions(args);
    return listPage(context, { ...list, condition: all([isLiveNow((context.viewer as Viewer).userId), condition]) });
  }

  @HasRole(...READERS)
  @Mutation(() => RevokeSessionPayload, {
    description: withExample(
      'Revokes a session at once and permanently: your own, or with SYSTEM_MANAGER any. Its subscriptions end within 10 ' +
        'seconds. A session that has ended stays as it is.',
      'mutation { revokeSession(input: { id: "ses_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { session { endedAt } ' +
        'userErrors { message } } }',
    ),
  })
  revokeSession(
    @Ctx() context: Context,
    @Arg('input', () => RevokeSessionInput, { description: 'The session to revoke.' }) input: RevokeSessionInput,
  ) {
    return answer({ session: null as SessionRow | null }, async () => {
      const id = uuidOf('Session', input.id);
      return { session: await context.transaction((db) => revokeSession(db, context.viewer as Viewer, id)) };
    });
  }

  @HasRole(...READERS)
  @Mutation(() => RevokeSessionsPayload, {
    description: withExample(
      'Revokes all live sessions of a user at once: your own, or with SYSTEM_MANAGER those of any user. API keys of the ' +
        'user keep working.',
      'mutation { revokeSessions(input: { userId: "usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { sessions { endedAt } ' +
        'userErrors { message } } }',
    ),
  })
  revokeSessions(
    @Ctx() context: Context,
    @Arg('input', () => RevokeSessionsInput, { description: 'The user whose sessions are revoked.' })
    input: RevokeSessionsInput,
  ) {
    return answer({ sessions: null as SessionRow[] | null }, async () => {
      const userId = uuidOf('User', input.userId);
      const { keepCurrent } = input;
      const revoke = (db: Context['db']) => revokeSessions(db, context.viewer as Viewer, userId, keepCurrent);
      return { sessions: await context.transaction(revoke) };
    });
  }
}
