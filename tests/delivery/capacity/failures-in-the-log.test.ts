import { startTestApp } from '../../support/app';
import { startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

test('many failed attempts of a webhook are a few lines: that its circuit has opened, and how many have failed', async () => {
  const lines: { level: number; msg: string }[] = [];
  const logTo = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const [app, partner] = await Promise.all([startTestApp({ LOG_LEVEL: 'info' }, logTo), startReceiver()]);
  const { promise: allArrived, resolve: answerAll } = Promise.withResolvers<void>();
  partner.answerWith(() => ({ status: 500, after: allArrived }));
  const { id: webhook } = await createTestWebhook(app, partner.url, {
    documentType: 'Invoice',
    retrySchedule: [0, 86_400],
  });
  lines.length = 0;
  for (let n = 0; n < 3; n += 1) {
    await publish(
      app,
      Array.from({ length: 100 }, (_, at) => invoice(`INV-${n}-${at}`, { documentType: 'Invoice' })),
    );
  }
  await waitFor('300 attempts on the wire', async () => partner.calls.length === 300);
  answerAll();
  await waitFor('their ends', async () => {
    const [open] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from webhook_request_logs where status = 'PENDING'`,
    );
    return open?.n === 0;
  });
  await Promise.all([app.stop(), partner.stop()]);

  expect(lines.filter(({ level }) => level >= 40)).toEqual([
    expect.objectContaining({ webhook, msg: 'the circuit of a webhook has opened', reason: expect.any(String) }),
    expect.objectContaining({
      webhook,
      msg: 'attempts to a webhook have failed',
      failed: 300,
      errorCode: 'HTTP_STATUS',
    }),
  ]);
  expect(lines.length).toBeLessThanOrEqual(20);
});
