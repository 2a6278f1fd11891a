// The clock of the database is set back while an attempt is on the wire: the attempt began in the future.
import type { TestApp } from '../../support/app';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type Parts, workerParts } from '../worker-parts';
import { attemptsOf } from './stored-attempts';

const { installed } = workerParts();
let app: TestApp;
let parts: Parts;

beforeAll(() => {
  ({ app, parts } = installed());
});

test('an attempt of a dead process that began in the future is closed at its start, and its delivery is tried again', async () => {
  const documentType = 'Set back';
  const { id } = await createTestWebhook(app, 'http://127.0.0.1:9/hook', { documentType });
  await publish(app, [invoice('INV-1', { documentType }), invoice('INV-2', { documentType })]);
  await parts.fanOutAll();
  const begun = await parts.take();
  expect(begun).toHaveLength(2);
  await app.database.query('set session_replication_role = replica');
  await app.database.query(`update webhook_request_logs set started_at = now() + interval '1 hour' where id = $1`, [
    begun[0]?.requestId,
  ]);
  await app.database.query('reset session_replication_role');
  for (const { delivery } of begun) await parts.giveAway(delivery.id);
  const again = await parts.take();
  expect(again.map(({ attemptNumber }) => attemptNumber)).toEqual([2, 2]);
  const states = (await attemptsOf(app, id)).map(({ status }) => status);
  expect(states.sort()).toEqual(['PENDING', 'PENDING', 'UNKNOWN', 'UNKNOWN']);
  const [first] = await app.database.query(
    'select finished_at = started_at as "endsAtItsStart" from webhook_request_logs where id = $1',
    [begun[0]?.requestId],
  );
  expect(first).toEqual({ endsAtItsStart: true });
});
