import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import {
  DateTimeFilter,
  IDFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { USER_FILTER, UserWhere } from '../user.inputs';

@Combinable()
@InputType('SessionWhere', { description: 'Sessions that meet all of these conditions.' })
export class SessionWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the session, `ses_...`.' })
  id?: IDFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who signed in.' })
  user?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the user signed in.' })
  createdAt?: DateTimeFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the session expires even if it is used.' })
  expiresAt?: DateTimeFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the session was last used, to the minute.' })
  lastUsedAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the session was ended; { isNull: true }: sessions that were not ended.',
  })
  endedAt?: OptionalDateTimeFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The IP address from which the user signed in: { eq: "203.0.113.9" }.',
  })
  remoteAddress?: StringFilter;
}

export const SESSION_FILTER: FilterMap = {
  id: idFilter('Session'),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
  expiresAt: timeFilter('expires_at'),
  lastUsedAt: timeFilter('last_used_at'),
  endedAt: timeFilter('ended_at'),
  remoteAddress: textFilter('remote_address'),
};

@ArgsType()
export class SessionListArgs extends TimePageArgs {
  @Field(() => SessionWhere, { nullable: true, description: WHERE_TEXT })
  where?: SessionWhere;
}

@InputType('RevokeSessionInput', { description: 'The session to revoke.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'The id of the session, `ses_...`.' })
  id: string;
}

@InputType('RevokeSessionsInput', { description: 'The user whose sessions are revoked.' })
export class RevokeSessionsInput {
  @Field(() => ID, { description: 'The id of the user, `usr_...`: you, or with SYSTEM_MANAGER any user.' })
  userId: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the session of this request stays. Default: false.',
  })
  keepCurrent: boolean;
}
