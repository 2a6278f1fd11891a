import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int } from 'type-graphql';

const LIST = 'Any of these, 1 to 100.';
const IS_NULL = 'true: the value is missing; false: it is present.';
const EACH = 'If several tests are given, all must hold.';

/** The description of the argument `where` of a list. */
export const WHERE_TEXT =
  'Selects the rows that meet it. Default: all rows. Filters that are null or {} are ignored; `or`, `not` and lists ' +
  'that contain nothing else are refused. One `where` has at most 1,000 filters.';
export const AND_TEXT = 'All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep.';
export const OR_TEXT = 'At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep.';
export const NOT_TEXT =
  'This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 ' +
  'levels deep.';

@InputType('IDFilter', { description: `Tests on an id. ${EACH}` })
export class IDFilter {
  @Field(() => ID, { nullable: true, description: 'Equals this id. An id of another type is refused.' })
  eq?: string;

  @Field(() => [ID], { nullable: true, description: LIST })
  in?: string[];
}

@InputType('StringFilter', { description: `Tests on a text, case-sensitive except containsIgnoreCase. ${EACH}` })
export class StringFilter {
  @Field(() => String, { nullable: true, description: 'Equals this text.' })
  eq?: string;

  @Field(() => [String], { nullable: true, description: LIST })
  in?: string[];

  @Field(() => String, {
    nullable: true,
    description: 'Contains this text. No index supports this test: combine it with another filter.',
  })
  contains?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'As `contains`, whether letters are upper or lower case: "acme" finds "ACME GmbH". Letters are paired by the locale of ' +
      'the database: with the locale C only A to Z.',
  })
  containsIgnoreCase?: string;

  @Field(() => String, { nullable: true, description: 'Begins with this text, such as "INV-2026-".' })
  startsWith?: string;

  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

@InputType('IntFilter', { description: `Tests on a whole number. ${EACH}` })
export class IntFilter {
  @Field(() => Int, { nullable: true, description: 'Equals this number.' })
  eq?: number;

  @Field(() => [Int], { nullable: true, description: LIST })
  in?: number[];

  @Field(() => Int, { nullable: true, description: 'Greater than or equal to this number.' })
  gte?: number;

  @Field(() => Int, { nullable: true, description: 'Greater than this number.' })
  gt?: number;

  @Field(() => Int, { nullable: true, description: 'Less than this number.' })
  lt?: number;

  @Field(() => Int, { nullable: true, description: 'Less than or equal to this number.' })
  lte?: number;

  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

@InputType('FloatFilter', {
  description: `Tests on a number that may be missing. A missing one meets only isNull. ${EACH}`,
})
export class FloatFilter {
  @Field(() => Float, { nullable: true, description: 'Greater than or equal to this number, such as 0.99.' })
  gte?: number;

  @Field(() => Float, { nullable: true, description: 'Greater than this number.' })
  gt?: number;

  @Field(() => Float, { nullable: true, description: 'Less than this number.' })
  lt?: number;

  @Field(() => Float, { nullable: true, description: 'Less than or equal to this number.' })
  lte?: number;

  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

@InputType('BooleanFilter', { description: 'A test on a boolean.' })
export class BooleanFilter {
  @Field(() => Boolean, { nullable: true, description: 'Equals this value.' })
  eq?: boolean;
}

@InputType('DateTimeFilter', {
  description: `Tests on a time, with millisecond precision: { gte: "2026-03-01T00:00:00Z", lt: ... }. ${EACH}`,
})
export class DateTimeFilter {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'At or after this time.' })
  gte?: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'After this time.' })
  gt?: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Before this time.' })
  lt?: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'At or before this time.' })
  lte?: Date;
}

/** The filter type of an enum: `eq` and `in`. */
export function enumFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  @InputType(`${name}Filter`, { description: `Tests on a value of ${name}. ${EACH}` })
  class EnumFilter {
    @Field(() => type, { nullable: true, description: 'Equals this value.' })
    eq?: Value;

    @Field(() => [type], { nullable: true, description: LIST })
    in?: Value[];
  }
  return EnumFilter;
}

@InputType('OptionalDateTimeFilter', {
  description: `Tests on a time that may be missing, to the millisecond. A missing time meets only isNull. ${EACH}`,
})
export class OptionalDateTimeFilter extends DateTimeFilter {
  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

/** The filter type of an enum that may be missing: `eq`, `in` and `isNull`. */
export function optionalEnumFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  @InputType(`${name}Filter`, { description: `Tests on a value of ${name} that may be missing. ${EACH}` })
  class OptionalEnumFilter {
    @Field(() => type, { nullable: true, description: 'Equals this value.' })
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
    @Field(() => type as typeof String, { nullable: true, description: 'The list contains this value.' })
    contains?: Value;

    @Field(() => [type as typeof String], {
      nullable: true,
      description: 'The list contains at least one of these values, 1 to 100.',
    })
    containsAny?: Value[];

    @Field(() => Boolean, { nullable: true, description: 'true: the list is empty; false: it is not.' })
    isEmpty?: boolean;
  }
  return ListFilter;
}

export const StringListFilter = listFilterInput<string>('String', String, 'texts. Case-sensitive');

/** The filter type of a list of enum values. */
export function enumListFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  return listFilterInput<Value>(name, type, `${name} values`);
}
