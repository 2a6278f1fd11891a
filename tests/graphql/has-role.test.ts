import { buildSchema, execute, type GraphQLSchema, parse, subscribe } from 'graphql';
import type { Role } from '../../src/access/viewer';
import type { Context } from '../../src/graphql/context';
import { withDirectives } from '../../src/graphql/directives';
import { enforceRoles, roleDirectives } from '../../src/graphql/roles/has-role';

const BASICS = `
  enum Role { SYSTEM_MANAGER INTEGRATION_MANAGER SUPPORT AUDITOR PUBLISHER }
  interface Node { id: ID! }
`;

/** A schema as it is before the rules are enforced. */
function built(sdl: string): GraphQLSchema {
  return withDirectives(buildSchema(BASICS + sdl, { assumeValidSDL: true }), roleDirectives);
}

function as(...roles: Role[]): Context {
  return { viewer: { roles: new Set(roles) } } as unknown as Context;
}
const nobody = { viewer: null } as unknown as Context;

test('a root field without a rule is named, and there is no schema', () => {
  const schema = built(`
    type Query { open: Int @public  guarded: Int @hasRole(roles: [AUDITOR])  forgotten: Int }
    type Mutation { unguarded: Int }
    type Subscription { unwatched: Int }
  `);
  expect(() => enforceRoles(schema)).toThrow(
    'No @hasRole and no @public on: Query.forgotten, Mutation.unguarded, Subscription.unwatched.',
  );
});

test('a type that stands for a table and has no rule is named, and there is no schema', () => {
  const schema = built(`
    type Query { rows: [Row] @public }
    type Row implements Node { id: ID! }
    type Kept implements Node @hasRole(roles: [AUDITOR]) { id: ID! }
    type Part { name: String }
  `);
  expect(() => enforceRoles(schema)).toThrow('No @hasRole and no @public on: Row.');
});

describe('a guarded schema', () => {
  const calls: string[] = [];
  const schema = withFunctions(
    built(`
      type Query { open: Int @public  rows: [Row] @hasRole(roles: [SUPPORT, AUDITOR]) }
      type Row implements Node @hasRole(roles: [SUPPORT, AUDITOR]) {
        id: ID!
        secret: Int @hasRole(roles: [AUDITOR, PUBLISHER])
      }
      type Subscription { changes: Int @hasRole(roles: [AUDITOR]) }
    `),
    calls,
  );
  enforceRoles(schema);
  beforeEach(() => {
    calls.length = 0;
  });
  const ask = (query: string, contextValue: Context) => execute({ schema, document: parse(query), contextValue });

  test('a field is resolved for whoever has one of the roles, and for nobody else', async () => {
    expect(await ask('{ rows { id } }', as('SUPPORT'))).toEqual({ data: { rows: [{ id: '1' }] } });
    expect(await ask('{ rows { id } }', as('PUBLISHER'))).toMatchObject({
      errors: [{ originalError: { code: 'FORBIDDEN' } }],
    });
    expect(await ask('{ rows { id } }', nobody)).toMatchObject({
      errors: [{ originalError: { code: 'UNAUTHENTICATED' } }],
    });
    expect(calls).toEqual(['rows']);
  });

  test("the field's rule holds beside its type's: a role of one of them is not enough", async () => {
    expect(await ask('{ rows { secret } }', as('SUPPORT', 'AUDITOR'))).toEqual({ data: { rows: [{ secret: 42 }] } });
    expect(await ask('{ rows { secret } }', as('SUPPORT', 'PUBLISHER'))).toEqual({ data: { rows: [{ secret: 42 }] } });
    const refused = await ask('{ rows { id secret } }', as('SUPPORT'));
    expect(refused).toMatchObject({
      data: { rows: [{ id: '1', secret: null }] },
      errors: [{ path: ['rows', 0, 'secret'] }],
    });
  });

  test('what is public needs no key', async () => {
    expect(await ask('{ open }', nobody)).toEqual({ data: { open: 1 } });
  });

  test('a subscription is refused before its stream is opened', async () => {
    const watch = (contextValue: Context) =>
      subscribe({ schema, document: parse('subscription { changes }'), contextValue });
    expect(await watch(as('SUPPORT'))).toMatchObject({ errors: [{ originalError: { code: 'FORBIDDEN' } }] });
    expect(await watch(nobody)).toMatchObject({ errors: [{ originalError: { code: 'UNAUTHENTICATED' } }] });
    expect(calls).toEqual([]);
    const stream = (await watch(as('AUDITOR'))) as AsyncGenerator;
    expect(await stream.next()).toEqual({ done: false, value: { data: { changes: 7 } } });
    expect(calls).toEqual(['changes']);
  });

  test('the roles stand in the descriptions, which introspection shows', () => {
    expect(schema.getType('Row')?.description).toBe('Roles: SUPPORT, AUDITOR.');
    expect(schema.getQueryType()?.getFields().rows?.description).toBe('Roles: SUPPORT, AUDITOR.');
    expect(schema.getQueryType()?.getFields().open?.description).toBeUndefined();
  });
});

function withFunctions(schema: GraphQLSchema, calls: string[]): GraphQLSchema {
  const { open, rows } = schema.getQueryType()?.getFields() ?? {};
  const { changes } = schema.getSubscriptionType()?.getFields() ?? {};
  if (!open || !rows || !changes) throw new Error('the schema of this test has other fields');
  open.resolve = () => 1;
  rows.resolve = () => {
    calls.push('rows');
    return [{ id: '1', secret: 42 }];
  };
  changes.subscribe = async function* () {
    calls.push('changes');
    yield { changes: 7 };
  };
  return schema;
}
