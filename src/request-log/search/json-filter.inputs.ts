import { GraphQLJSON } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';

@InputType('JSONPathFilter', {
  description:
    'A test of the value at a path: { at: "$.items[*].sku", eq: "A-1" }. Exactly one of `eq` and `in` is required. ' +
    'Strings are compared case-sensitively, numbers by value.',
})
export class JsonPathFilter {
  @Field(() => [String], {
    description:
      'The path: a string such as "$.customer", "$.items[*].sku" (any element of a list), "$.items[0].sku" (its first element) ' +
      'or "$[\\"a key\\"].b"; or a list of keys, ["items", "sku"]. A key of a list is searched in its elements. At most 20 ' +
      'steps. Filters and functions of JSONPath are not supported.',
  })
  at: string[];

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'Equal to this string, number, boolean or null: "A-1", 5, true.',
  })
  eq?: unknown;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'Equal to one of these, 1 to 100.' })
  in?: unknown[] | null;
}

@InputType('JSONFilter', {
  description:
    'Tests of a JSON body. All tests must hold. A body that is not JSON, or contains `\\u0000`, meets no test. A request is ' +
    'found about a second after it has finished.',
})
export class JsonFilter {
  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'The body contains this JSON, as with the operator `@>` of PostgreSQL: its objects may have more keys, and its ' +
      'lists more elements in any order. Example: { customer: "ACME", items: [{ sku: "A-1" }] }. Numbers are ' +
      'compared by value: 1, 1.0 and 1e0 are equal. Integers above 2^53 are refused. At least one string, number, ' +
      'boolean or null is required; at most 20 levels.',
  })
  contains?: unknown;

  @Field(() => JsonPathFilter, { nullable: true, description: 'The body has a value at a path.' })
  path?: JsonPathFilter;
}
