import 'reflect-metadata';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { FEATURES } from '../../features';
import { enforceOneOf } from '../../graphql/arguments/check-input';
import { contentDirectives, describeContent } from '../../graphql/content/content';
import { withDirectives } from '../../graphql/directives';
import { ignoreAbsentFilters } from '../../graphql/lists/absent-filters';
import { letListsFailAlone } from '../../graphql/lists/list';
import { enforceOneEnd } from '../../graphql/lists/page-args';
import { resolveNodeIds } from '../../graphql/node';
import { enforceFilterRoles, filterDirectives } from '../../graphql/roles/filter-roles';
import { enforceRoles, roleDirectives } from '../../graphql/roles/has-role';
import { enforceMasks, maskDirectives } from '../../graphql/roles/masked';
import { sqlFieldsByType } from '../../read-plan/sql-fields';
import { NodeResolver, nodeLinkResolvers } from './node.resolver';

/** The API. @throws Error if a root field or a Node type has no rule about who may use it. */
export function createSchema(): GraphQLSchema {
  const built = buildSchemaSync({
    resolvers: [
      NodeResolver,
      ...nodeLinkResolvers,
      ...FEATURES.flatMap(({ linkedFields, resolvers }) => [
        ...linkedFields.map((each) => each.resolver),
        ...resolvers,
      ]),
    ],
    // TypeGraphQL requires one if there is a subscription; ours have their own `subscribe`
    pubSub: { publish: () => undefined, subscribe: () => refuseTopics() },
    // check-input.ts checks inputs, and its faults become user errors
    validate: false,
    // a test checks that the schema is valid; here the check would take a tenth of each start
    skipCheck: true,
  });
  describeRoots(built);
  resolveNodeIds(built);
  const schema = withDirectives(built, contentDirectives, filterDirectives, maskDirectives, roleDirectives);
  describeContent(schema);
  enforceOneOf(schema);
  // what is applied last is checked first
  enforceFilterRoles(schema, [letListsFailAlone, enforceOneEnd], [ignoreAbsentFilters(schema)]);
  enforceMasks(schema);
  enforceRoles(schema);
  return schema;
}

let ofProcess: GraphQLSchema | undefined;

/** The same schema for each application of this process. */
export function sharedSchema(): GraphQLSchema {
  ofProcess ??= createSchema();
  return ofProcess;
}

function refuseTopics(): never {
  throw new Error('say with `subscribe` where a subscription gets its events');
}

// TypeGraphQL has no decorator for their descriptions
function describeRoots(schema: GraphQLSchema): void {
  const roots = [
    [
      schema.getQueryType(),
      'All reads. Every list has pages of 20 rows by default, at most 100, newest first. A link whose description gives no ' +
        'reason for null is null if the linked row was dropped with its month, or if reading it failed: then `errors` has its path.',
    ],
    [
      schema.getMutationType(),
      'All changes. Each mutation is one transaction: it succeeds or changes nothing. What is wrong with the input is in ' +
        '`userErrors`. FORBIDDEN, LIMIT_EXCEEDED and UNAVAILABLE are top-level errors.',
    ],
    [schema.getSubscriptionType(), 'Live changes of the log, over server-sent events (SSE) or WebSocket.'],
  ] as const;
  for (const [type, description] of roots) if (type) type.description = description;
}

/** The SDL with the directives where they are used: the content of schema/schema.graphql and GET /schema.graphql. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}

/** All fields that can be read in one statement. */
export const SQL_FIELDS = sqlFieldsByType(
  FEATURES.flatMap(({ linkedFields, sqlFields }) => [...linkedFields.map((each) => each.sqlFields), ...sqlFields]),
);
