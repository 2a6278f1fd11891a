import { startTestApp, type TestApp } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';
import { expectError } from '../raw-calls';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

describe('beside GraphQL there is', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    sendRaw(`${app.url}${path}`, { method: 'GET', headers });

  test('/healthz', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
  });

  test('/readyz, which says what is missing', async () => {
    expect(await get('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'ok', checks: { database: null, migrations: null } },
    });
    await app.database.query(`delete from migrations where id = (select max(id) from migrations)`);
    // what was found is kept for a moment
    const unready = await waitFor('what is missing', async () => {
      const answer = await get('/readyz');
      return answer.status !== 200 && answer;
    });
    expect(unready).toMatchObject({
      status: 503,
      json: { status: 'not ready', checks: { database: null, migrations: expect.stringMatching(/^\d+ of \d+/) } },
    });
  });

  test('/metrics, for Prometheus', async () => {
    const answer = await get('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.text).toMatch(/^hookledger_backlog\{kind="events"\} 0$/m);
    expect(answer.text).toMatch(/^# TYPE hookledger_attempts_total counter$/m);
  });

  test('/schema.graphql, the schema with its directives, for callers that may introspect', async () => {
    expectError(await get('/schema.graphql'), 401, 'UNAUTHENTICATED', /API key/);
    const auditor = await app.keyFor('AUDITOR');
    expect((await get('/schema.graphql', { authorization: `Bearer ${auditor}` })).status).toBe(200);
    const { text } = await get('/schema.graphql', { authorization: `Bearer ${app.adminKey}` });
    expect(text).toMatch(
      /publishEvents\([^)]*\): PublishEventsPayload! @hasRole\(roles: \[PUBLISHER, SYSTEM_MANAGER\]\)/,
    );
  });

  test('GraphiQL at /graphiql, which loads nothing from elsewhere', async () => {
    const { text, headers } = await get('/graphiql');
    expect(headers['content-type']).toMatch(/^text\/html/);
    const withoutCode = text.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, (whole) =>
      whole.slice(0, whole.indexOf('>') + 1),
    );
    expect(withoutCode).toContain('<script');
    expect(withoutCode.match(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*["'](?!data:)[^>]*/g)).toBeNull();
    expect(text).toMatch(/\/graphql/);
  });
});
