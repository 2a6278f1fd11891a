import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { quoted } from '../errors';
import { rejects, ShortText } from '../graphql/arguments/check-input';
import { publishEnum } from '../graphql/enum';
import { Combinable } from '../graphql/lists/combinable';
import {
  BooleanFilter,
  DateTimeFilter,
  enumListFilter,
  IDFilter,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../graphql/lists/list-order';
import { PageArgs } from '../graphql/lists/page-args';
import {
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  listFilter,
  textFilter,
} from '../graphql/lists/where-to-sql';
import type { Role } from '../viewer';
import { isEmail, MAX_EMAIL } from './email';
import { RoleEnum } from './user.type';

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

export const RoleListFilter = enumListFilter('Role', RoleEnum);

@Combinable()
@InputType('UserWhere', { description: 'Users that meet all of these conditions.' })
export class UserWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the user: { in: ["usr_...", "usr_..."] }.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The user name: { eq: "amina@example.com" }.' })
  name?: StringFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The full name, such as "Amina Farah"; many users have none.',
  })
  fullName?: StringFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The e-mail address, in lower case: { eq: "amina@example.com" }; many users have none.',
  })
  email?: StringFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether the roles come from the identity provider.' })
  rolesMapped?: BooleanFilter;

  @Field(() => RoleListFilter, { nullable: true, description: 'The roles of the user: { contains: PUBLISHER }.' })
  roles?: InstanceType<typeof RoleListFilter>;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether the API keys and sessions of the user work.' })
  active?: BooleanFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the user was created: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;
}

export const USER_FILTER: FilterMap = {
  id: idFilter('User'),
  name: textFilter('name'),
  fullName: textFilter('full_name'),
  email: textFilter('email'),
  rolesMapped: exactFilter('roles_mapped'),
  roles: listFilter('roles'),
  active: exactFilter('active'),
  createdAt: idTimeFilter(),
};

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
