import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { rejects, ShortText } from '../graphql/arguments/check-input';
import { publishEnum } from '../graphql/enum';
import {
  AND_TEXT,
  BooleanFilter,
  DateTimeFilter,
  IDFilter,
  NOT_TEXT,
  OR_TEXT,
  StringFilter,
  WHERE_TEXT,
} from '../graphql/lists/filter-inputs';
import { listFilter } from '../graphql/lists/filters';
import { enumListFilter } from '../graphql/lists/list-filter-inputs';
import { type ListOrder, type OrderDirection, OrderDirectionEnum, PageArgs } from '../graphql/lists/page-args';
import { exactFilter, type FilterMap, idFilter, idTimeFilter, textFilter } from '../graphql/lists/where';
import type { Role } from '../viewer';
import { RoleEnum } from './user.type';

const NotNull = () =>
  rejects(
    'REQUIRED',
    'given',
    (value) => value !== null,
    (_value, name) => `${name} must not be null; leave it out to keep it.`,
  );

@InputType('CreateUserInput', { description: 'A new user.' })
export class CreateUserInput {
  @ShortText()
  @Field(() => String, { description: "The business system's user name; 1 to 200 characters, unique." })
  name: string;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  fullName?: string | null;

  @Field(() => [RoleEnum], { description: 'What they may do. May be empty: such a user is only named in events.' })
  roles: Role[];
}

@InputType('UpdateUserInput', { description: 'Fields that are left out stay as they are.' })
export class UpdateUserInput {
  @Field(() => ID, { description: 'The user, `usr_...`.' })
  id: string;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'At most 200 characters; null removes it.' })
  fullName?: string | null;

  @NotNull()
  @Field(() => [RoleEnum], { nullable: true, description: 'All that they may do from now on; null is refused.' })
  roles?: Role[] | null;

  @NotNull()
  @Field(() => Boolean, { nullable: true, description: 'false: the keys of this user stop working at once.' })
  active?: boolean | null;
}

@InputType('CreateApiKeyInput', { description: 'A new key: whose, what for, and how much of what they may do.' })
export class CreateApiKeyInput {
  @Field(() => ID, { description: 'Who comes in with it, `usr_...`.' })
  userId: string;

  @ShortText()
  @Field(() => String, { description: 'What it is for; 1 to 200 characters.' })
  label: string;

  @Field(() => [RoleEnum], { nullable: true, description: "A subset of the user's roles; left out: all of them." })
  roles?: Role[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'In the future; left out: it does not expire.' })
  expiresAt?: Date | null;
}

@InputType('RevokeApiKeyInput', { description: 'Which key ends, for good.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key, `key_...`.' })
  id: string;
}

export const RoleListFilter = enumListFilter('Role', RoleEnum);

@InputType('UserWhere', { description: 'Users that meet all of it.' })
export class UserWhere {
  @Field(() => IDFilter, { nullable: true, description: 'One user, or some: { in: ["usr_...", "usr_..."] }.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The user name: { eq: "amina@example.com" }.' })
  name?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Such as "Amina Farah"; many users have none.' })
  fullName?: StringFilter;

  @Field(() => RoleListFilter, { nullable: true, description: 'Those with a role: { contains: PUBLISHER }.' })
  roles?: InstanceType<typeof RoleListFilter>;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether their keys work.' })
  active?: BooleanFilter;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When they were made: { gte: "2026-03-01T00:00:00Z" }.' })
  createdAt?: DateTimeFilter;

  @Field(() => [UserWhere], { nullable: true, description: AND_TEXT })
  and?: UserWhere[];

  @Field(() => [UserWhere], { nullable: true, description: OR_TEXT })
  or?: UserWhere[];

  @Field(() => UserWhere, { nullable: true, description: NOT_TEXT })
  not?: UserWhere;
}

export const USER_FILTER: FilterMap = {
  id: idFilter('User'),
  name: textFilter('name'),
  fullName: textFilter('full_name'),
  roles: listFilter('roles'),
  active: exactFilter('active'),
  createdAt: idTimeFilter(),
};

const USER_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const UserOrderFieldEnum = publishEnum('UserOrderField', USER_ORDER_FIELDS, 'What users are ordered by.', {
  CREATED_AT: { description: 'When they were made.' },
  NAME: { description: 'The user name, as the database sorts texts; the embedded one puts capitals first.' },
});

@InputType('UserOrder', { description: 'What a list is ordered by, and from which end.' })
export class UserOrder {
  @Field(() => UserOrderFieldEnum, { description: 'What they are ordered by; equal ones by id.' })
  field: (typeof USER_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC, the default: the newest, or Z, first.' })
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

  @Field(() => UserOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: UserOrder | null;
}
