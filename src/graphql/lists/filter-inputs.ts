import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';

const LIST = 'Any of these, 1 to 100.';
const IS_NULL = 'true: has no value; false: has one.';
const EACH = 'Where several tests are given, all must hold.';

/** Of the argument `where` of a list. */
export const WHERE_TEXT =
  'Only rows that meet it; left out: all rows. A filter that is null or {} is left out too; `or`, `not` and lists in which ' +
  'nothing else stands are refused. At most 1,000 filters in one `where`.';
export const AND_TEXT = 'Meets each of these, 1 to 100; `and`, `or` and `not` may be nested 3 deep.';
export const OR_TEXT = 'Meets at least one of these, 1 to 100; `and`, `or` and `not` may be nested 3 deep.';
export const NOT_TEXT =
  'Does not meet this; what has no value meets no test, so it is among them. `and`, `or` and `not` may be nested 3 deep.';

@InputType('IDFilter', { description: `Tests on an id. ${EACH}` })
export class IDFilter {
  @Field(() => ID, { nullable: true, description: 'Exactly this id; one of another type is refused.' })
  eq?: string;

  @Field(() => [ID], { nullable: true, description: LIST })
  in?: string[];
}

@InputType('StringFilter', { description: `Tests on a text. Upper and lower case differ. ${EACH}` })
export class StringFilter {
  @Field(() => String, { nullable: true, description: 'Exactly this text.' })
  eq?: string;

  @Field(() => [String], { nullable: true, description: LIST })
  in?: string[];

  @Field(() => String, { nullable: true, description: 'No index helps it: narrow the list by something else too.' })
  contains?: string;

  @Field(() => String, { nullable: true, description: 'Begins with this text, such as "INV-2026-".' })
  startsWith?: string;

  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

@InputType('IntFilter', { description: `Tests on a whole number. ${EACH}` })
export class IntFilter {
  @Field(() => Int, { nullable: true, description: 'Exactly this number.' })
  eq?: number;

  @Field(() => [Int], { nullable: true, description: LIST })
  in?: number[];

  @Field(() => Int, { nullable: true, description: 'This number or more.' })
  gte?: number;

  @Field(() => Int, { nullable: true, description: 'More than this.' })
  gt?: number;

  @Field(() => Int, { nullable: true, description: 'Less than this.' })
  lt?: number;

  @Field(() => Int, { nullable: true, description: 'This number or less.' })
  lte?: number;

  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

@InputType('BooleanFilter', { description: 'Tests on yes or no.' })
export class BooleanFilter {
  @Field(() => Boolean, { nullable: true, description: 'Is so, or is not.' })
  eq?: boolean;
}

@InputType('DateTimeFilter', {
  description: `Tests on a time, to the millisecond: from { gte: "2026-03-01T00:00:00Z" } up to { lt: ... }. ${EACH}`,
})
export class DateTimeFilter {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'At this time or later.' })
  gte?: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Later than this.' })
  gt?: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Earlier than this.' })
  lt?: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'At this time or earlier.' })
  lte?: Date;
}

/** The filter of an enum: `eq` and `in`. */
export function enumFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  @InputType(`${name}Filter`, { description: `Tests on a ${name}. ${EACH}` })
  class EnumFilter {
    @Field(() => type, { nullable: true, description: 'Exactly this one.' })
    eq?: Value;

    @Field(() => [type], { nullable: true, description: LIST })
    in?: Value[];
  }
  return EnumFilter;
}

@InputType('OptionalDateTimeFilter', {
  description: `Tests on a time that may be missing, to the millisecond; a missing one meets none but isNull. ${EACH}`,
})
export class OptionalDateTimeFilter extends DateTimeFilter {
  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

/** The filter of an enum that may be missing: `eq`, `in` and `isNull`. */
export function optionalEnumFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  @InputType(`${name}Filter`, { description: `Tests on a ${name} that may be missing. ${EACH}` })
  class OptionalEnumFilter {
    @Field(() => type, { nullable: true, description: 'Exactly this one.' })
    eq?: Value;

    @Field(() => [type], { nullable: true, description: 'Any of these, 1 to 100.' })
    in?: Value[];

    @Field(() => Boolean, { nullable: true, description: IS_NULL })
    isNull?: boolean;
  }
  return OptionalEnumFilter;
}

function listFilterInput<Value extends string>(name: string, type: unknown, what: string) {
  @InputType(`${name}ListFilter`, { description: `Tests on a list of ${what}. ${EACH}` })
  class ListFilter {
    @Field(() => type as typeof String, { nullable: true, description: 'This is in the list.' })
    contains?: Value;

    @Field(() => [type as typeof String], {
      nullable: true,
      description: 'At least one of these, 1 to 100, is in the list.',
    })
    containsAny?: Value[];

    @Field(() => Boolean, { nullable: true, description: 'true: the list has no entry; false: it has one or more.' })
    isEmpty?: boolean;
  }
  return ListFilter;
}

export const StringListFilter = listFilterInput<string>('String', String, 'texts; upper and lower case differ');

/** The filter of a list of an enum's values. */
export function enumListFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  return listFilterInput<Value>(name, type, `${name} values`);
}
