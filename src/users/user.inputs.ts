import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { rejects, ShortText } from '../graphql/check-input';
import { publishEnum } from '../graphql/enum';
import { BooleanFilter, DateTimeFilter, IDFilter, StringFilter } from '../graphql/filter-inputs';
import { type ListOrder, type OrderDirection, OrderDirectionEnum, PageArgs } from '../graphql/page-args';
import { exactFilter, type FilterMap, idFilter, idTimeFilter, textFilter } from '../graphql/where';
import type { Role } from '../viewer';
import { RoleEnum } from './user.type';

const NotNull = () =>
  rejects(
    'REQUIRED',
    'given',
    (value) => value !== null,
    (_value, name) => `${name} must not be null; leave it out to keep it.`,
  );

@InputType('CreateUserInput')
export class CreateUserInput {
  @ShortText()
  @Field(() => String, { description: "The business system's user name; 1 to 200 characters, unique." })
  name: string;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  fullName?: string | null;

  @Field(() => [RoleEnum], { description: 'May be empty: such a user is only named in events.' })
  roles: Role[];
}

@InputType('UpdateUserInput', { description: 'Fields that are left out stay as they are.' })
export class UpdateUserInput {
  @Field(() => ID)
  id: string;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'null removes it.' })
  fullName?: string | null;

  @NotNull()
  @Field(() => [RoleEnum], { nullable: true })
  roles?: Role[] | null;

  @NotNull()
  @Field(() => Boolean, { nullable: true, description: 'false: the keys of this user stop working at once.' })
  active?: boolean | null;
}

@InputType('CreateApiKeyInput')
export class CreateApiKeyInput {
  @Field(() => ID)
  userId: string;

  @ShortText()
  @Field(() => String, { description: 'What it is for; 1 to 200 characters.' })
  label: string;

  @Field(() => [RoleEnum], { nullable: true, description: "A subset of the user's roles; left out: all of them." })
  roles?: Role[] | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'In the future; left out: it does not expire.' })
  expiresAt?: Date | null;
}

@InputType('RevokeApiKeyInput')
export class RevokeApiKeyInput {
  @Field(() => ID)
  id: string;
}

@InputType('UserWhere', { description: 'Users that meet all of it.' })
export class UserWhere {
  @Field(() => IDFilter, { nullable: true })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true })
  name?: StringFilter;

  @Field(() => BooleanFilter, { nullable: true })
  active?: BooleanFilter;

  @Field(() => DateTimeFilter, { nullable: true })
  createdAt?: DateTimeFilter;

  @Field(() => [UserWhere], { nullable: true })
  and?: UserWhere[];

  @Field(() => [UserWhere], { nullable: true })
  or?: UserWhere[];

  @Field(() => UserWhere, { nullable: true })
  not?: UserWhere;
}

export const USER_FILTER: FilterMap = {
  id: idFilter('User'),
  name: textFilter('name'),
  active: exactFilter('active'),
  createdAt: idTimeFilter(),
};

const USER_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const UserOrderFieldEnum = publishEnum('UserOrderField', USER_ORDER_FIELDS, 'What users are ordered by.');

@InputType('UserOrder')
export class UserOrder {
  @Field(() => UserOrderFieldEnum)
  field: (typeof USER_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC' })
  direction: OrderDirection;
}

export function userOrder(order: UserOrder | null | undefined): ListOrder {
  const descending = order?.direction !== 'ASC';
  if (order?.field !== 'NAME') return { tag: 'User', column: null, descending };
  return { tag: 'User.NAME', column: { sql: 'name', property: 'name', type: 'text' }, descending };
}

@ArgsType()
export class UserListArgs extends PageArgs {
  @Field(() => UserWhere, { nullable: true })
  where?: UserWhere;

  @Field(() => UserOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: UserOrder | null;
}
