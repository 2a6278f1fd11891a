import { seedRequest } from '../../request-log/pages/seeded-log';
import { openStream, type TestStream } from '../../request-log/watch/event-source';
import { startTestApp, type TestApp } from '../../support/app';
import { sessionFor } from '../../support/browser-session';

let app: TestApp;
const streams: TestStream[] = [];

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await app?.stop();
});

const SESSIONS = `subscription {
  webhookRequestLogChanged { webhookRequestLog { user { sessions(first: 2) { nodes { id current } } } } }
}`;

test('two sessions that watch the same requests each see which of the sessions is their own', async () => {
  const key = await app.keyFor('SYSTEM_MANAGER');
  const [{ id: userId }] = (await app.database.query<{ id: string }>(
    'select user_id as id from api_keys where key_id = $1',
    [key.slice(3, 11)],
  )) as [{ id: string }];
  const browsers = [await sessionFor(app.url, key), await sessionFor(app.url, key)];
  for (const headers of browsers) streams.push(await openStream(app.url, { query: SESSIONS, key: null, headers }));
  await seedRequest(app.database, { userId });
  const seen = await Promise.all(streams.map(async (stream) => (await stream.next(1))[0].webhookRequestLog.user));
  const own = seen.map(({ sessions }) => sessions.nodes.map(({ current }: { current: boolean }) => current));
  // the newest session first
  expect(own).toEqual([
    [false, true],
    [true, false],
  ]);
});
