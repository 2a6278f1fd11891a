import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { SESSION_END_REASONS, SESSION_METHODS, type SessionEndReason, type SessionMethod } from './session.entity';

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
export class SessionType extends NodeType {
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
