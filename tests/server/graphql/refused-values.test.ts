import { useTestApi } from '../../support/app';

const app = useTestApi();

describe('values that do not fit are refused, whether as literals or as variables', () => {
  const where = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }';
  const asked = (literal: string) => [`{ webhookRequestLogs(where: ${literal}) { totalCount } }`, undefined] as const;
  test.each<[string, string, object | undefined]>([
    ['an enum value', ...asked('{ status: { eq: SUCCEDED } }')],
    ['an enum value', where, { where: { status: { eq: 'SUCCEDED' } } }],
    ['an unknown field', ...asked('{ statuss: { eq: SUCCEEDED } }')],
    ['an unknown field', where, { where: { statuss: { eq: 'SUCCEEDED' } } }],
    ['a time', ...asked('{ startedAt: { gt: "yesterday" } }')],
    ['a time', where, { where: { startedAt: { gt: 'yesterday' } } }],
    ['a time that is a list', where, { where: { startedAt: { gt: [1] } } }],
    ['a time that is no day', where, { where: { startedAt: { gt: '2026-02-30T00:00:00Z' } } }],
    ['a large number', ...asked('{ responseStatus: { eq: 99999999999 } }')],
    ['a large number', where, { where: { responseStatus: { eq: 99999999999 } } }],
    ['a fraction', where, { where: { responseStatus: { eq: 1.5 } } }],
    ['an id that is an object', where, { where: { id: { eq: {} } } }],
    ['a text that is a number', where, { where: { event: { eq: 1 } } }],
    ['an unknown variable type', 'query ($where: WebhookRequestLogWher) { viewer { id } }', {}],
    ['an unknown root field', '{ webhookRequestLog { id } webhookRequestLogz { totalCount } }', undefined],
    ['an unknown argument', '{ users(frist: 1) { totalCount } }', undefined],
    ['a missing operation', 'query A { viewer { id } } query B { viewer { id } }', undefined],
  ])('%s: %s', async (_what, query, variables) => {
    const withoutKey = await app.ask(query, variables, null);
    expect(JSON.stringify(withoutKey.errors)).not.toMatch(/did you mean|internal error/i);
    const { status, errors } = await app.ask(query, variables);
    expect(status).toBe(400);
    for (const { message, extensions } of errors ?? []) {
      expect(message).not.toMatch(/internal error/i);
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE']).toContain(
        extensions.code,
      );
    }
    expect(errors?.length).toBeGreaterThan(0);
  });

  test('a long value is not sent back whole', async () => {
    const answers = await Promise.all([
      app.ask(where, { where: { status: { eq: 'x'.repeat(100_000) } } }),
      app.ask(where, { where: { responseStatus: { eq: 'y'.repeat(100_000) } } }),
      app.ask('query ($id: ID!) { node(id: $id) { id } }', { id: ['z'.repeat(100_000)] }),
      app.ask(where, { where: { id: { eq: 'w'.repeat(100_000) } } }),
      app.ask('query ($after: String) { users(after: $after) { totalCount } }', { after: 'v'.repeat(100_000) }),
    ]);
    for (const { errors } of answers) {
      expect(errors?.[0]?.message.length).toBeGreaterThan(10);
      expect(errors?.[0]?.message.length).toBeLessThanOrEqual(300);
    }
  });

  test('many bad values give few errors', async () => {
    const bad = Array.from({ length: 5_000 }, () => ({ status: { eq: 'NO' } }));
    const { errors } = await app.ask(where, { where: { or: bad } });
    expect(errors?.length).toBeLessThanOrEqual(51);
  });

  test.each<[string, number, boolean]>([
    ['eleven bad values', 11, true],
    ['eleven bad values, without a key', 11, false],
    ['as many as are still listed one by one', 10, true],
    ['hundreds', 300, true],
  ])("%s are all the caller's fault", async (_what, count, hasKey) => {
    const ids = Array.from({ length: count }, () => true);
    const key = hasKey ? app.adminKey : null;
    const { status, errors } = await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, key);
    expect(status).toBe(400);
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(errors?.length).toBe(Math.min(count, 11));
    expect(JSON.stringify(errors)).not.toContain('internal error occurred');
  });

  test.each([150, 199, 5_000])('a filter in a filter, %s levels deep', async (levels) => {
    const query = `{"query":${JSON.stringify(where)},"variables":{"where":`;
    const body = `${query}${'{"not":'.repeat(levels)}{"status":{"eq":"FAILED"}}${'}'.repeat(levels)}}}`;
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
      body,
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('a filter of more tests than a statement can hold', async () => {
    const test = { referenceDocument: { eq: 'INV-1' } };
    const hundred = <T>(one: T) => Array.from({ length: 100 }, () => one);
    const { status, errors } = await app.ask(where, {
      where: { or: hundred({ or: hundred(test) }).slice(0, 10) },
    });
    expect([status, errors?.[0]?.extensions.code]).toEqual([200, 'BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toMatch(/where: 2011 filters within it; at most 1000/);
  });
});

describe('variables of more than 10,000 values', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => ({ referenceDocument: { eq: `INV-${i}` } }));

  test('are refused before they are checked, also for a caller without the role', async () => {
    for (const key of [app.adminKey, await app.keyFor('PUBLISHER')]) {
      const { status, errors } = await app.ask(
        'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }',
        { where: { or: many(100_000) } },
        key,
      );
      expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'LIMIT_EXCEEDED']);
    }
  });

  test('do not count what is inside of JSON', async () => {
    const event = (data: unknown) => ({ documentType: 'A', event: 'b', referenceDocument: 'c', data });
    const events = Array.from({ length: 500 }, () => event({ items: Array.from({ length: 30 }, () => 1) }));
    const { data, errors } = await app.ask(
      'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { userErrors { message } } }',
      { input: { events } },
    );
    expect([errors, data?.publishEvents.userErrors]).toEqual([undefined, []]);
  });
});
