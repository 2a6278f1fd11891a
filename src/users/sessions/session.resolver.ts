import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { DEPENDS_ON_VIEWER } from '../../graphql/depends-on-viewer';
import { withExample } from '../../graphql/example';
import { listPage } from '../../graphql/lists/list';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId, uuidOf } from '../../ids';
import { all } from '../../sql/condition';
import { READERS, type Viewer } from '../../viewer';
import { RevokeSessionInput, RevokeSessionsInput, SessionListArgs } from './session.inputs';
import { listedSessions, SessionConnection } from './session.linked-fields';
import type { SessionRow } from './session.store';
import { SessionType } from './session.type';
import { isLiveNow, revokeSession, revokeSessions } from './sessions';

const RevokeSessionPayload = payloadOf('RevokeSession', {
  session: [() => SessionType, 'The session, now with `endedAt`.'],
});
const RevokeSessionsPayload = payloadOf('RevokeSessions', {
  sessions: [() => [SessionType], 'The sessions that were revoked, 0 to 50.'],
});

@Resolver(() => SessionType)
export class SessionResolver {
  @FieldResolver(() => ID, { description: '`ses_` and 32 hexadecimal digits; never changes.' })
  id(@Root() session: SessionRow) {
    return toNodeId('Session', session.id);
  }

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
