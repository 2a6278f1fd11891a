// `npx hookledger tail` and `listen`, as processes beside a running application.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { agree, callStandard, callUnsigned } from '../incoming/callers';
import { useTestApp } from '../support/app';
import { unusedPort } from '../support/program';
import { useFreshReceiver, useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { runHookledger } from './run-hookledger';
import { startHookledger } from './running-command';

const app = useTestApp();
const partner = useReceiver();
const local = useFreshReceiver();

const BODY = '{ "type": "paid",  "amount": 100.00, "customer": "Amina" }';

/** A command that watches, once the server has its subscription. */
async function watching(args: string[], key = app.adminKey) {
  const command = startHookledger([...args, '--url', app.url], { API_KEY: key });
  const begun = () => /^(Watching the log of|Copies of calls of) /.test(command.stderr() || command.stdout());
  await Promise.race([waitFor('the subscription', async () => begun()), command.ended]);
  if (!begun()) throw new Error(`it has ended: ${command.stderr()}`);
  return command;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

describe('tail', () => {
  test('prints each request that finishes and meets the filters', async () => {
    await createTestWebhook(app, partner.url, { name: 'Treasury', documentType: 'Sales Invoice' });
    await createTestWebhook(app, partner.url, { name: 'CRM', documentType: 'Sales Invoice' });
    const all = await watching(['tail']);
    const treasury = await watching([
      'tail',
      '--webhook',
      'Treasury',
      '--document',
      'TAIL-2',
      '--status',
      'succeeded',
      '--json',
    ]);
    await publish(app, [invoice('TAIL-1'), invoice('TAIL-2')]);
    const lines = await waitFor('four lines', async () => linesOf(all.stdout()).length === 4 && linesOf(all.stdout()));
    const cells = lines.map((line) => line.split(/ {2,}/).slice(1));
    const inOrder = cells.sort((a, b) => (a.slice(4).join() < b.slice(4).join() ? -1 : 1));
    expect(inOrder).toEqual(
      ['TAIL-1', 'TAIL-2'].flatMap((name) =>
        ['CRM', 'Treasury'].map((webhook) => [
          'outgoing',
          'SUCCEEDED',
          '200',
          expect.stringMatching(/^\d+ ms$/),
          `Sales Invoice ${name}`,
          webhook,
        ]),
      ),
    );
    const [one = ''] = await waitFor(
      'its line',
      async () => linesOf(treasury.stdout()).length > 0 && linesOf(treasury.stdout()),
    );
    expect(JSON.parse(one)).toMatchObject({
      kind: 'CLOSED',
      webhookRequestLog: { referenceDocument: 'TAIL-2', webhook: { name: 'Treasury' } },
    });
    expect(linesOf(treasury.stdout())).toHaveLength(1);
    // what was published before is there too, from a change on
    const later = await watching(['tail', '--after', JSON.parse(one).webhookRequestLog.id, '--document', 'TAIL-1']);
    await waitFor('earlier lines', async () => linesOf(later.stdout()).length === 2);
    const entries = await app.ask(
      '{ auditEntries(first: 5, where: { action: { eq: "content.read" } }) { nodes { id } } }',
    );
    expect(entries.data.auditEntries.nodes).toEqual([]);
    all.kill('SIGINT');
    expect(await all.ended).toBe('SIGINT');
  });

  test('continues where it was when its connection is cut', async () => {
    const cut = await connectionsTo(Number(new URL(app.url).port));
    const command = startHookledger(['tail', '--document', 'CUT-1', '--url', cut.url], { API_KEY: app.adminKey });
    const early = startHookledger(['tail', '--document', 'CUT-2', '--url', cut.url], { API_KEY: app.adminKey });
    for (const each of [command, early]) await waitFor('it', async () => each.stderr().startsWith('Watching'));
    await publish(app, [invoice('CUT-1')]);
    await waitFor('two lines', async () => linesOf(command.stdout()).length === 2);
    cut.refuse();
    await publish(app, [invoice('CUT-1', { idempotencyKey: 'CUT-1/2' })]);
    await waitFor(
      'the second event',
      async () => partner.calls.filter(({ body }) => body.includes('CUT-1')).length === 4,
    );
    cut.accept();
    await waitFor('four lines', async () => linesOf(command.stdout()).length === 4);
    expect(new Set(linesOf(command.stdout())).size).toBe(4);
    const watching = expect.stringMatching(/^Watching the log of /);
    expect(linesOf(command.stderr())).toEqual([watching, 'The connection was lost and is made again.', watching]);
    expect(linesOf(early.stderr())[1]).toMatch(/^The connection was lost .* What happens until then is left out\.$/);
    for (const each of [command, early]) each.kill('SIGTERM');
    await Promise.all([command.ended, early.ended]);
    await cut.stop();
  });

  test('ends with a sentence when its key is revoked', async () => {
    const key = await app.keyFor('SUPPORT');
    const command = await watching(['tail'], key);
    await app.database.query(
      `update api_keys set revoked_at = now() where id = (select max(id::text)::uuid from api_keys)`,
    );
    expect(await command.ended).toBe(2);
    expect(command.stderr()).toMatch(/^Watching .*\nhttp:\S+\/graphql\/stream: .*API key.*\n$/);
  });
});

describe('listen', () => {
  const localAt = (path: string) => new URL(path, local.url).href;

  test('sends the bytes and headers of each accepted call, in order, and of refused ones if asked', async () => {
    const agreed = await agree(app, { name: 'The bank' });
    const other = await agree(app, { name: 'Another bank' });
    const listening = await watching(['listen', '--webhook', 'The bank', '--forward', localAt('/hook?local=1')]);
    const refusals = await watching(['listen', '--webhook', agreed.id, '--forward', localAt('/all'), '--refused']);
    await callStandard(other, BODY);
    await callUnsigned(agreed, '{"forged": true}');
    local.answerWith(({ path }) => ({ status: path.startsWith('/hook') ? 500 : 204 }));
    const answer = await callStandard({ ...agreed, address: `${agreed.address}?topic=payment` }, BODY, {
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-partner': 'Ünïcode' },
    });
    expect(answer.status).toBe(200);
    const copies = (path: string) => local.calls.filter((call) => call.path.startsWith(path));
    await waitFor('the copies', async () => copies('/hook').length === 1 && copies('/all').length === 2);
    const [copy] = copies('/hook');
    expect(copy).toMatchObject({ method: 'POST', path: '/hook?local=1&topic=payment' });
    expect(
      createHash('sha256')
        .update(copy?.body ?? '')
        .digest('hex'),
    ).toBe(createHash('sha256').update(BODY).digest('hex'));
    expect(copy?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-partner': 'Ünïcode',
      'webhook-id': expect.stringMatching(/^msg_/),
      'hookledger-copy-of': expect.stringMatching(/^req_/),
      host: new URL(local.url).host,
    });
    expect(copies('/all').map((each) => each.body.toString())).toEqual(['{"forged": true}', BODY]);
    await waitFor('the report', async () => listening.stdout().includes('-> 500 in '));
    expect(listening.stdout()).toMatch(
      /^Copies of calls of The bank \(whk_\w+\) go to .* Hookledger itself answers the partner\.\n/,
    );
    await waitFor('the other report', async () => refusals.stdout().includes('  refused  -> 204 in '));
    const { data } = await app.ask(
      '{ auditEntries(first: 9, where: { action: { eq: "content.read" } }) { nodes { actor { name } } } }',
    );
    expect(data.auditEntries.nodes.length).toBeGreaterThan(0);
  });

  test('shows what the key may not read as it is masked, and goes on where nothing listens', async () => {
    const agreed = await agree(app, { name: 'A shop' });
    const key = await app.keyFor('SUPPORT');
    const masked = await watching(['listen', '--webhook', 'A shop', '--forward', local.url], key);
    const nowhere = `http://127.0.0.1:${await unusedPort()}/`;
    const alone = await watching(['listen', '--webhook', 'A shop', '--forward', nowhere], key);
    await callStandard(agreed, BODY);
    await waitFor('the copy', async () => local.calls.length === 1);
    const copy = JSON.parse(local.calls[0]?.body.toString() ?? '');
    expect(Object.keys(copy)).toEqual(['type', 'amount', 'customer']);
    expect(JSON.stringify(copy)).not.toContain('Amina');
    await waitFor('the report', async () => / {2}masked {2}-> 200 in \d+ ms\n/.test(masked.stdout()));
    await waitFor('the failure', async () => alone.stdout().includes('-> not sent (ECONNREFUSED)'));
    await callStandard(agreed, BODY);
    await waitFor('the second failure', async () => alone.stdout().split('ECONNREFUSED').length === 3);
  });

  test.each<[string, string[], RegExp]>([
    ['no webhook', ['--forward', 'http://127.0.0.1:1/'], /^--webhook is missing: /],
    ['no address', ['--webhook', 'x'], /^--forward is missing: /],
    [
      'an address that is none',
      ['--webhook', 'x', '--forward', '127.0.0.1:1'],
      /^--forward 127\.0\.0\.1:1 is not a URL such as /,
    ],
    [
      'a webhook that is not there',
      ['--webhook', 'Nobody', '--forward', 'http://127.0.0.1:1/'],
      /^There is no webhook Nobody: /,
    ],
  ])('%s ends it with 2 and a sentence', async (_what, args, message) => {
    const ended = await runHookledger(['listen', ...args, '--url', app.url], { API_KEY: app.adminKey });
    expect(ended).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });
});

test('both say where the server would be, and a key that may not read the log is refused', async () => {
  const none = await runHookledger(['tail', '--url', `http://127.0.0.1:${await unusedPort()}`], { API_KEY: 'x' });
  expect(none).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/cannot be reached \(ECONNREFUSED\): .*--url names another\.\n$/),
  });
  const wrong = await runHookledger(['tail', '--url', app.url], { API_KEY: 'a-key-that-is-not-one' });
  expect(wrong).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('This API key is not valid') });
  const publisher = await app.keyFor('PUBLISHER');
  const forbidden = await runHookledger(['tail', '--url', app.url], { API_KEY: publisher });
  expect(forbidden).toMatchObject({ code: 1, stdout: '' });
  expect(await runHookledger(['tail', '--status', 'lost', '--url', app.url], { API_KEY: publisher })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--status lost is none of succeeded, /),
  });
});

/** Passes connections on to a port of this machine, until it refuses them. */
async function connectionsTo(port: number) {
  const open = new Set<Socket>();
  let isRefusing = false;
  const server = createServer((near) => {
    if (isRefusing) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].map((each) => each.destroy()));
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: () => {
      isRefusing = true;
      cut();
    },
    accept: () => {
      isRefusing = false;
    },
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
