import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ConstValueNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type InputValueDefinitionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
  print,
  validateSchema,
  valueFromASTUntyped,
} from 'graphql';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../src/database/data-source';
import { describeDatabase } from '../src/database/describe-database';
import { ANCHOR_KINDS } from '../src/evidence/anchors/anchor.store';
import { SUBJECT_TYPES } from '../src/evidence/names/name.store';
import { STOP_CODES } from '../src/evidence/sealing-stop.store';
import { MONTH_PARTS } from '../src/privacy/dropping/dropped-months.store';
import { GRAINS } from '../src/request-log/stats/rollups.store';
import { FAILED_STATUSES } from '../src/request-log/webhook-request-log.entity';
import { createSchema, printApi } from '../src/server/schema/schema';
import { oneOf } from '../src/sql/columns';
import { createTestDatabase, type TestDatabase } from './support/database';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');
const schema = createSchema();

/** What the program writes into columns of tables that have no entity. */
const ALLOWED = {
  'delivery_stats.grain': GRAINS,
  'evidence_anchors.kind': ANCHOR_KINDS,
  'evidence_stops.code': STOP_CODES,
  'failed_requests.status': FAILED_STATUSES,
  'kept_months.what': MONTH_PARTS,
  'names.subject_type': SUBJECT_TYPES,
  'request_stats.grain': GRAINS,
};

test('it is a valid schema', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test('schema/schema.graphql is what the source says (npm run generate)', () => {
  expect(printApi(schema)).toBe(read('schema/schema.graphql'));
});

describe('the database', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    // TypeORM asks for tables, columns and indexes at the same time
    const options = { name: 'schema test', poolSize: 1, pipeline: true };
    source = await createDataSource(database.migrationUrl, options).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const drift = async () => (await source.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

  test('schema/database.sql is what the migrations make (npm run generate)', async () => {
    const [{ version }] = await source.query("select current_setting('server_version_num')::integer as version");
    const file = read('schema/database.sql');
    // before PostgreSQL 18 there are no keys that are declared only (docs/decisions/cost-of-a-row.md)
    const expected = version >= 180_000 ? file : file.replaceAll(' NOT ENFORCED', '');
    expect(await describeDatabase(source.manager)).toBe(expected);
  });

  test('TypeORM finds nothing to change in the tables that have entities', async () => {
    expect(await drift()).toEqual([]);
  });

  // TypeORM compares only the names of checks
  test('the checks of the entities, and the values that tables without one allow, are those of the tables', async () => {
    const ofEntities = source.entityMetadatas.flatMap(({ tableName, checks }) =>
      checks.map(({ name, expression }) => ({ tableName, name, expression })),
    );
    const allowed = Object.entries(ALLOWED).map(([place, values]) => {
      const [tableName, column] = place.split('.') as [string, string];
      return { tableName, name: `${tableName}_${column}_check`, expression: oneOf(column, values) };
    });
    const runner = source.createQueryRunner();
    await runner.startTransaction();
    try {
      const differing: string[] = [];
      for (const { tableName, name, expression } of [...ofEntities, ...allowed]) {
        await runner.query(`alter table ${tableName} add constraint declared check (${expression})`);
        const definitions: { definition: string }[] = await runner.query(
          `select distinct pg_get_constraintdef(oid) as definition from pg_constraint
           where conrelid = '${tableName}'::regclass and conname in ('declared', '${name}')`,
        );
        if (definitions.length !== 1)
          differing.push(`${name}: ${definitions.map((each) => each.definition).join(', ')}`);
        await runner.query(`alter table ${tableName} drop constraint declared`);
      }
      expect(differing).toEqual([]);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  });

  test('a column, an index or a constraint that no entity knows is seen', async () => {
    await database.query('alter table users add column nickname text');
    await database.query('create index webhooks_name_idx on webhooks (name)');
    await database.query('alter table deliveries drop constraint deliveries_waits_for_check');
    const found = (await drift()).join('\n');
    expect(found).toContain('"nickname"');
    expect(found).toContain('webhooks_name_idx');
    expect(found).toContain('deliveries_waits_for_check');
  });

  test('what the printer cannot print makes it fail, not silent', async () => {
    await database.query(`create type mood as enum ('good', 'bad')`);
    await database.query('create view people as select name from users');
    await expect(describeDatabase(source.manager)).rejects.toThrow('relation people, type mood');
  });
});

describe('the contract', () => {
  const { definitions } = parse(read('tests/contract.graphql'));

  test('every name of it is in the schema, with the same type', () => {
    expect(definitions.flatMap(deviationsOf)).toEqual([]);
  });

  test('a deviation is seen, wherever it is', () => {
    const wrong = parse(`
      directive @hasRole(role: Role) on OBJECT
      enum Role { EMPEROR }
      type Query { viewer: User!, webhook(id: Int!): Webhook, users(first: Int = 10): UserConnection }
      type Webhook implements Thing { nothing: Int }
      input CreateUserInput { name: String, roles: [Role!]! }
      input UpdateWebhookInput { name: String }
      input CreateWebhookInput { name: String! direction: Direction! = INCOMING }
      scalar Money
    `);
    expect(wrong.definitions.flatMap(deviationsOf)).toEqual([
      '@hasRole: role is missing',
      '@hasRole is on OBJECT FIELD_DEFINITION, not on OBJECT',
      'Role.EMPEROR is missing',
      'Query.viewer is User, not User!',
      'Query.webhook: id is ID!, not Int!',
      'Query.users: first = 20, not = 10',
      'Webhook does not implement Thing',
      'Webhook.nothing is missing',
      'CreateUserInput.name is String!, not String',
      'UpdateWebhookInput requires id',
      'CreateWebhookInput.direction = OUTGOING, not = INCOMING',
      'Money is missing',
    ]);
  });
});

function nameOf(definition: DefinitionNode): string {
  return 'name' in definition && definition.name ? definition.name.value : definition.kind;
}

/** What the schema lacks of this definition, or has with another type. What it has beside is its own affair. */
function deviationsOf(definition: DefinitionNode): string[] {
  const name = nameOf(definition);
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
    const directive = schema.getDirective(name);
    if (!directive) return [`@${name} is missing`];
    const places = definition.locations.map((place) => place.value);
    const placed =
      places.length === directive.locations.length && places.every((p) => directive.locations.some((l) => l === p));
    return [
      ...(definition.arguments ?? []).flatMap((node) => inputDeviations(`@${name}: `, node, directive.args)),
      ...(placed ? [] : [`@${name} is on ${directive.locations.join(' ')}, not on ${places.join(' ')}`]),
    ];
  }
  const type = schema.getType(name);
  return type ? typeDeviations(definition, type) : [`${name} is missing`];
}

function typeDeviations(definition: DefinitionNode, type: GraphQLNamedType): string[] {
  if (definition.kind === Kind.ENUM_TYPE_DEFINITION && isEnumType(type)) {
    const missing = definition.values?.filter((value) => !type.getValue(value.name.value)) ?? [];
    return missing.map((value) => `${type.name}.${value.name.value} is missing`);
  }
  if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const known = definition.fields ?? [];
    return [
      ...known.flatMap((node) => inputDeviations(`${type.name}.`, node, fields)),
      ...demandedBeside(known, fields).map((name) => `${type.name} requires ${name}`),
    ];
  }
  const isComposite =
    (definition.kind === Kind.OBJECT_TYPE_DEFINITION && isObjectType(type)) ||
    (definition.kind === Kind.INTERFACE_TYPE_DEFINITION && isInterfaceType(type));
  if (!isComposite) return [`${type.name} is another kind of type`];
  const implemented = type.getInterfaces().map((each) => each.name);
  const lacks = definition.interfaces?.filter((each) => !implemented.includes(each.name.value)) ?? [];
  return [
    ...lacks.map((each) => `${type.name} does not implement ${each.name.value}`),
    ...(definition.fields?.flatMap((node) => fieldDeviations(type.name, node, type.getFields()[node.name.value])) ??
      []),
  ];
}

function fieldDeviations(
  typeName: string,
  node: FieldDefinitionNode,
  field?: GraphQLField<unknown, unknown>,
): string[] {
  const name = `${typeName}.${node.name.value}`;
  if (!field) return [`${name} is missing`];
  const guards = (node.directives ?? []).map((directive) => print(directive));
  const ownGuards = (field.astNode?.directives ?? []).map((directive) => print(directive));
  return [
    ...(String(field.type) === print(node.type) ? [] : [`${name} is ${field.type}, not ${print(node.type)}`]),
    ...(node.arguments ?? []).flatMap((argument) => inputDeviations(`${name}: `, argument, field.args)),
    ...guards.filter((guard) => !ownGuards.includes(guard)).map((guard) => `${name} lacks ${guard}`),
    ...demandedBeside(node.arguments ?? [], field.args).map((argument) => `${name} requires ${argument}`),
  ];
}

// what clients do not know must be what they can leave out
function demandedBeside(
  known: readonly InputValueDefinitionNode[],
  inputs: readonly (GraphQLArgument | GraphQLInputField)[],
): string[] {
  const names = inputs.filter((input) => isRequiredArgument(input)).map((input) => input.name);
  return names.filter((name) => !known.some((node) => node.name.value === name));
}

function inputDeviations(
  prefix: string,
  node: InputValueDefinitionNode,
  inputs: readonly (GraphQLArgument | GraphQLInputField)[],
): string[] {
  const name = `${prefix}${node.name.value}`;
  const input = inputs.find((each) => each.name === node.name.value);
  if (!input) return [`${name} is missing`];
  if (String(input.type) !== print(node.type)) return [`${name} is ${input.type}, not ${print(node.type)}`];
  const wanted = plain(node.defaultValue);
  return input.defaultValue === wanted ? [] : [`${name} = ${input.defaultValue}, not = ${wanted}`];
}

function plain(value: ConstValueNode | undefined): unknown {
  return value && valueFromASTUntyped(value);
}
