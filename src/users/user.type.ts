import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { connectionOf } from '../graphql/lists/page';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';
import { READERS, ROLES } from '../viewer';

export const RoleEnum = publishEnum('Role', ROLES, 'What a user may do. A user has any number of them.', {
  SYSTEM_MANAGER: { description: 'Everything; alone changes users and API keys.' },
  INTEGRATION_MANAGER: { description: 'Webhooks and deliveries; reads the log with all its content.' },
  SUPPORT: { description: 'Reads the log, but not what the exchanges carried.' },
  AUDITOR: { description: 'Reads everything, changes nothing.' },
  PUBLISHER: { description: 'Publishes business events, reads nothing.' },
});

@HasRole(...READERS)
@ObjectType('User', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'Somebody, or some program: owns webhooks, acts in the business system, comes in with API keys.',
})
export class UserType extends NodeType {
  @Field(() => String, { description: "The business system's user name, often an e-mail address. Unique." })
  name: string;

  @Field(() => String, { nullable: true, description: 'For people to read, such as "Amina Hassan"; null: not known.' })
  fullName: string | null;

  @Field(() => Boolean, { description: 'The keys of a user who is not active do not work.' })
  active: boolean;

  @Field(() => GraphQLDateTime, { description: 'When it was made, or first named in an event; the time in the id.' })
  createdAt: Date;
}

export const UserConnection = connectionOf('User', () => UserType);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('ApiKey', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'What a user comes in with: `Authorization: Bearer hl_...`. Only a hash of the token is kept.',
})
export class ApiKeyType extends NodeType {
  @Field(() => String, { description: 'What it is for, in the words of whoever made it.' })
  label: string;

  @Field(() => String, { description: 'The eight characters after `hl_`: enough to recognise the key, not to use it.' })
  keyId: string;

  @Field(() => GraphQLDateTime, { description: 'When it was made; the time in the id.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'From then on it does not work; null: it does not expire.',
  })
  expiresAt: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When somebody ended it, for good; null: nobody did.' })
  revokedAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When somebody last came in with it, to the minute; null: never.',
  })
  lastUsedAt: Date | null;
}
