import { GraphQLJSON } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';

@InputType('JSONPathFilter', {
  description:
    'A value at a place: { at: "$.items[*].sku", eq: "A-1" }. Exactly one of `eq` and `in` is given. Text is compared as it ' +
    'is written, numbers by value.',
})
export class JsonPathFilter {
  @Field(() => [String], {
    description:
      'Where: a path such as "$.customer", "$.items[*].sku" (any of a list), "$.items[0].sku" (its first) or ' +
      '"$[\\"a key\\"].b"; or keys one by one, ["items", "sku"]. A key is also looked for in the elements of a list that ' +
      'stands in its place. At most 20 steps. Nothing else is a path: no filters, no functions.',
  })
  at: string[];

  @Field(() => GraphQLJSON, { nullable: true, description: 'A text, a number, a boolean or null: "A-1", 5, true.' })
  eq?: unknown;

  @Field(() => [GraphQLJSON], { nullable: true, description: 'Any of these, 1 to 100.' })
  in?: unknown[] | null;
}

@InputType('JSONFilter', {
  description:
    'Tests on a body that is JSON, answered from an index and then by its bytes; one that is no JSON meets none of them, nor ' +
    'does JSON with `\\u0000` in it. What was closed within the last second or so may not be found yet. Where several tests ' +
    'are given, all must hold.',
})
export class JsonFilter {
  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'Has all of this in it, as `@>` of PostgreSQL means it: objects may have more keys, lists more elements in any order. ' +
      '{ customer: "ACME", items: [{ sku: "A-1" }] }. Numbers by value: 1, 1.0 and 1e0 are the same; integers beyond 2^53 are ' +
      'refused. There must be a text, number, boolean or null in it; at most 20 levels.',
  })
  contains?: unknown;

  @Field(() => JsonPathFilter, { nullable: true, description: 'A value at a place.' })
  path?: JsonPathFilter;
}
