import { FIRST_QUERY } from '../../../src/server/graphql/graphiql-route';
import { useTestApi } from '../../support/app';

const app = useTestApi();

describe('introspection', () => {
  test.each<[string, string]>([
    ['__schema', '{ __schema { types { name } } }'],
    ['__type', '{ __type(name: "User") { name } }'],
    ['an alias', '{ a: __type(name: "User") { name } }'],
    ['a fragment', '{ __typename ...F } fragment F on Query { ... on Query { __schema { types { name } } } }'],
    ['@include', 'query ($yes: Boolean = true) { __typename __schema @include(if: $yes) { types { name } } }'],
  ])('needs a key: %s', async (_what, query) => {
    const refused = await app.ask(query, undefined, null);
    expect([refused.status, refused.data]).toEqual([401, undefined]);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const answered = await app.ask(query, undefined, await app.keyFor('PUBLISHER'));
    expect([answered.status, answered.errors]).toEqual([200, undefined]);
  });

  test('the name of a type needs none, because some clients ask for it in every query', async () => {
    expect(await app.ask('{ __typename }', undefined, null)).toMatchObject({
      status: 200,
      data: { __typename: 'Query' },
    });
  });
});

describe('a name that is like one of the schema', () => {
  const MISTYPED = '{ webhoks { nodes { id } } }';
  const FILTERED = 'query ($where: WebhookWhere) { webhooks(where: $where) { nodes { id } } }';

  test('is suggested to those who may see the schema', async () => {
    const field = await app.ask(MISTYPED);
    expect(field.errors?.[0]?.message).toBe(
      'Cannot query field "webhoks" on type "Query". Did you mean "webhooks" or "webhook"?',
    );
    const variable = await app.ask(FILTERED, { where: { nmae: { eq: 'x' } } });
    expect(variable.errors?.[0]?.message).toMatch(
      /"nmae" is not defined by type "WebhookWhere"\. Did you mean "name"\?$/,
    );
  });

  test('is not suggested without a key', async () => {
    for (const asked of [
      await app.ask(MISTYPED, undefined, null),
      await app.ask(FILTERED, { where: { nmae: 1 } }, null),
    ]) {
      expect(asked.errors?.[0]?.message).toMatch(/(webhoks|nmae)/);
      expect(JSON.stringify(asked)).not.toContain('Did you mean');
    }
  });
});

test('the first query of the page at /graphiql runs as it is', async () => {
  for (const role of ['SUPPORT', 'INTEGRATION_MANAGER', 'AUDITOR', 'SYSTEM_MANAGER'] as const) {
    const { status, data, errors } = await app.ask(FIRST_QUERY, undefined, await app.keyFor(role));
    expect({ role, status, data, errors }).toEqual({
      role,
      status: 200,
      data: { webhookRequestLogs: { nodes: [] } },
      errors: undefined,
    });
  }
});
