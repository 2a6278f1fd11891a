import { startTestApp, type TestApp } from '../../support/app';

describe('an internal error', () => {
  const lines: string[] = [];
  let broken: TestApp;

  beforeAll(async () => {
    const settings = { PROCESSES: 'api', LOG_LEVEL: 'debug' };
    broken = await startTestApp(settings, { write: (line: string) => lines.push(line) });
    await broken.database.query('alter table deliveries rename column skip_message to why');
    await broken.database.query(`alter table audit_entries add constraint none check (action <> 'webhook.created')`);
  });
  afterAll(() => broken.stop());

  test.each([
    [
      'a list',
      '{ deliveries { nodes { id skipMessage } } }',
      { deliveries: null },
      /column "skip_message" does not exist/,
      /src\/graphql\/lists\/list\.[jt]s:\d+/,
    ],
    [
      'a mutation',
      'mutation { createWebhook(input: { name: "Hush", url: "https://hush.example/" }) { secret } }',
      null,
      /audit_entries_\d{4}_\d\d" violates check constraint "none"/,
      /src\/audit\/write-audit-entry\.[jt]s:\d+/,
    ],
    // whether places are those of the sources depends on what the process has run before this file
  ])('in %s is sent as its code alone, and the log has the cause', async (_where, query, rest, cause, place) => {
    const { errors, data } = await broken.ask(query);
    const requestId = errors?.[0]?.extensions.requestId;
    expect(data).toEqual(rest);
    expect(errors).toEqual([
      {
        message: 'An internal error occurred.',
        locations: expect.any(Array),
        path: expect.any(Array),
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      },
    ]);
    const faults = lines.map((line) => JSON.parse(line)).filter((line) => line.level >= 50 && line.reqId === requestId);
    expect(faults).toHaveLength(1);
    expect(faults[0].err.message).toMatch(cause);
    expect(faults[0].err.stack).toMatch(place);
  });

  test('is logged without the values of the statement', () => {
    expect(lines.join('')).not.toMatch(/Hush|hush\.example|whsec_/);
    expect(lines.join('')).not.toContain(broken.adminKey);
  });
});
