import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { READERS, ROLES, type Role } from '../access/viewer';
import { quoted } from '../errors/errors';
import { rejects, ShortText } from '../graphql/arguments/check-input';
import { publishEnum } from '../graphql/directives';
import { connectionOf } from '../graphql/lists/connection';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../graphql/lists/cursor';
import { enumListFilter, WHERE_TEXT } from '../graphql/lists/filter-inputs';
import { PageArgs } from '../graphql/lists/page-args';
import { by, whereOf } from '../graphql/lists/where';
import { NodeType } from '../graphql/node';
import { HasRole } from '../graphql/roles/has-role';

export const RoleEnum = publishEnum('Role', ROLES, 'What a user may do. A user has any number of roles.', {
  SYSTEM_MANAGER: {
    description:
      'May do everything. The only role that may change users, API keys, masking rules and retention limits, ' +
      'and order erasures.',
  },
  INTEGRATION_MANAGER: {
    description:
      'Manages webhooks and deliveries; reads the log with headers and bodies, except what masking rules hide.',
  },
  SUPPORT: { description: 'Reads the log; of headers and bodies only what masking rules show.' },
  AUDITOR: {
    description:
      'Reads everything, also the audit trail, except what masking rules hide. Changes no webhook, delivery or ' +
      'user; may verify and export evidence and place legal holds.',
  },
  PUBLISHER: { description: 'Publishes business events; reads nothing.' },
});

@HasRole(...READERS)
@ObjectType('User', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A person or a program that owns webhooks, acts in the business system, or authenticates with API keys.',
})
export class UserType extends NodeType {
  @Field(() => String, { description: 'The user name in the business system, often an e-mail address. Unique.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The full name, such as "Amina Hassan"; null: not known.' })
  fullName: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address, in lower case; null: not known.' })
  email: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the identity provider has confirmed the e-mail address, or the user has, by a link in a mail to it.',
  })
  emailVerified: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the user wants mail about their webhooks, and as a SYSTEM_MANAGER about the installation. Mail is sent to verified addresses of ' +
      'active users alone, if a mail server is configured (docs/mail.md).',
  })
  receivesMail: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The URL of the identity provider at which the user signs in; null: the user has not signed in there.',
  })
  identityIssuer: string | null;

  @Field(() => Boolean, {
    description:
      'Whether the identity provider determines the roles, at each sign-in. They cannot be changed in ' +
      'Hookledger then.',
  })
  rolesMapped: boolean;

  @Field(() => Boolean, { description: 'Whether the API keys and sessions of the user work.' })
  active: boolean;

  @Field(() => GraphQLDateTime, {
    description: 'When the user was created or first named in an event. The id contains the same time.',
  })
  createdAt: Date;
}

export const UserConnection = connectionOf('User', () => UserType);

/** RFC 5321, section 4.5.3.1.3. */
export const MAX_EMAIL = 254;

/** A local part and a host: what a mail server accepts as an address is for it to say. */
export function isEmail(text: string): boolean {
  return /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text);
}

const NotNull = () =>
  rejects(
    'REQUIRED',
    'given',
    (value) => value !== null,
    (_value, name) => `${name} must not be null; leave it out to keep it.`,
  );

const EmailAddress = () =>
  rejects(
    'INVALID',
    'email',
    (value) => value === null || isEmail(String(value)),
    (value, name) => `${name} ${quoted(value)} is no e-mail address, such as amina@example.com.`,
  );

@InputType('CreateUserInput', { description: 'A new user.' })
export class CreateUserInput {
  @ShortText()
  @Field(() => String, { description: 'The user name in the business system, 1 to 200 characters. Unique.' })
  name: string;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The full name, at most 200 characters.' })
  fullName?: string | null;

  @ShortText(MAX_EMAIL, { nullable: true })
  @EmailAddress()
  @Field(() => String, {
    nullable: true,
    description:
      'The e-mail address, at most 254 characters, stored in lower case. Unique. A person whose e-mail address ' +
      'the identity provider has verified to be this one becomes this user at the first sign-in.',
  })
  email?: string | null;

  @Field(() => [RoleEnum], {
    description: 'The roles of the user. May be empty, for a user who is only named in events.',
  })
  roles: Role[];
}

@InputType('UpdateUserInput', { description: 'The changes to a user. Omitted fields keep their values.' })
export class UpdateUserInput {
  @Field(() => ID, { description: 'The id of the user, `usr_...`.' })
  id: string;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The full name, at most 200 characters; null removes it.' })
  fullName?: string | null;

  @ShortText(MAX_EMAIL, { nullable: true })
  @EmailAddress()
  @Field(() => String, {
    nullable: true,
    description: 'The e-mail address, at most 254 characters; null removes it. It then counts as not verified.',
  })
  email?: string | null;

  @NotNull()
  @Field(() => Boolean, {
    nullable: true,
    description:
      'true separates the user from their identity at the provider: the next person with the verified e-mail ' +
      'address is linked, and roles can be changed in Hookledger. Live sessions of the identity are revoked. ' +
      'null is refused.',
  })
  unlinkIdentity?: boolean | null;

  @NotNull()
  @Field(() => [RoleEnum], {
    nullable: true,
    description:
      'The complete new list of roles; null is refused. CONFLICT if they come from the identity provider (rolesMapped).',
  })
  roles?: Role[] | null;

  @NotNull()
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the API keys and sessions of the user work. false takes effect at once; null is refused.',
  })
  active?: boolean | null;
}

@InputType('SetMyMailInput', { description: 'Whether you want mail.' })
export class SetMyMailInput {
  @Field(() => Boolean, {
    description: 'true: you get mail. false: you get none, and what waits to be sent to you is not sent.',
  })
  receivesMail: boolean;
}

export const RoleListFilter = enumListFilter('Role', RoleEnum);

export const UserWhere = whereOf('UserWhere', 'users', 'Users that meet all of these conditions.', {
  id: by.id('User', 'The id of the user: { in: ["usr_...", "usr_..."] }.'),
  name: by.text('The user name: { eq: "amina@example.com" }.'),
  fullName: by.text('The full name, such as "Amina Farah"; many users have none.'),
  email: by.text('The e-mail address, in lower case: { eq: "amina@example.com" }; many users have none.'),
  rolesMapped: by.boolean('Whether the roles come from the identity provider.'),
  roles: by.values(RoleListFilter, 'The roles of the user: { contains: PUBLISHER }.'),
  active: by.boolean('Whether the API keys and sessions of the user work.'),
  createdAt: by.idTime('When the user was created: { gte: "2026-03-01T00:00:00Z" }.'),
});
export type UserWhere = InstanceType<typeof UserWhere>;

const USER_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const UserOrderFieldEnum = publishEnum('UserOrderField', USER_ORDER_FIELDS, 'The field by which users are ordered.', {
  CREATED_AT: { description: 'When the user was created.' },
  NAME: {
    description: 'The user name, in the collation of the database. The embedded database sorts capital letters first.',
  },
});

@InputType('UserOrder', { description: 'The order of a list of users.' })
export class UserOrder {
  @Field(() => UserOrderFieldEnum, { description: 'The field to order by; users with equal values are ordered by id.' })
  field: (typeof USER_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, {
    defaultValue: 'DESC',
    description: 'DESC, the default: newest, or Z, first. ASC: oldest, or A, first.',
  })
  direction: OrderDirection;
}

export function userOrder(order: UserOrder | null | undefined): ListOrder {
  const descending = order?.direction !== 'ASC';
  if (order?.field !== 'NAME') return { tag: 'User', column: null, descending };
  return { tag: 'User.NAME', column: { sql: 'name', property: 'name', type: 'text' }, descending };
}

@ArgsType()
export class UserListArgs extends PageArgs {
  @Field(() => UserWhere, { nullable: true, description: WHERE_TEXT })
  where?: UserWhere;

  @Field(() => UserOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: UserOrder | null;
}
