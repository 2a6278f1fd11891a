import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';

@InputType('IDFilter', { description: 'Tests on an id.' })
export class IDFilter {
  @Field(() => ID, { nullable: true })
  eq?: string;

  @Field(() => [ID], { nullable: true, description: 'Any of these, at most 100.' })
  in?: string[];
}

@InputType('StringFilter', { description: 'Tests on a text. Upper and lower case differ.' })
export class StringFilter {
  @Field(() => String, { nullable: true })
  eq?: string;

  @Field(() => [String], { nullable: true, description: 'Any of these, at most 100.' })
  in?: string[];

  @Field(() => String, { nullable: true, description: 'No index helps it: narrow the list by something else too.' })
  contains?: string;

  @Field(() => String, { nullable: true })
  startsWith?: string;

  @Field(() => Boolean, { nullable: true, description: 'true: has no value; false: has one.' })
  isNull?: boolean;
}

@InputType('IntFilter', { description: 'Tests on a whole number.' })
export class IntFilter {
  @Field(() => Int, { nullable: true })
  eq?: number;

  @Field(() => [Int], { nullable: true, description: 'Any of these, at most 100.' })
  in?: number[];

  @Field(() => Int, { nullable: true })
  gte?: number;

  @Field(() => Int, { nullable: true })
  gt?: number;

  @Field(() => Int, { nullable: true })
  lt?: number;

  @Field(() => Int, { nullable: true })
  lte?: number;

  @Field(() => Boolean, { nullable: true, description: 'true: has no value; false: has one.' })
  isNull?: boolean;
}

@InputType('BooleanFilter', { description: 'Tests on yes or no.' })
export class BooleanFilter {
  @Field(() => Boolean, { nullable: true })
  eq?: boolean;
}

@InputType('DateTimeFilter', { description: 'Tests on a time, to the millisecond.' })
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
  @InputType(`${name}Filter`, { description: `Tests on a ${name}.` })
  class EnumFilter {
    @Field(() => type, { nullable: true })
    eq?: Value;

    @Field(() => [type], { nullable: true, description: 'Any of these.' })
    in?: Value[];
  }
  return EnumFilter;
}
