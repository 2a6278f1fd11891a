import type { Role } from '../../../src/access/viewer';
import { uuidOf } from '../../../src/values/ids';
import { pem } from '../../delivery/partner';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { createTestWebhook } from '../../support/webhooks';

const app = useTestApi();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const inFuture = (ms: number) => new Date(Math.round(Date.now() / 1000) * 1000 + ms).toISOString();

interface Expiring {
  kind: string;
  name: string | null;
  expiresAt: string;
  webhook: { id: string } | null;
}

async function expiring(args = '', key = app.adminKey): Promise<Expiring[]> {
  const { data, errors } = await app.ask(
    `{ expiringSecrets${args} { nodes { kind name expiresAt webhook { id } } } }`,
    {},
    key,
  );
  expect(errors).toBeUndefined();
  return data.expiringSecrets.nodes;
}

const ofWebhook = (list: readonly Expiring[], id: string) => list.filter(({ webhook }) => webhook?.id === id);

/** A webhook with a client certificate and two trusted certificates that end at these times. */
async function webhookWithCertificates(client: string, authorities: string[]): Promise<string> {
  const { id } = await createTestWebhook(app, 'https://partner.example/', {
    clientCertificate: { certificate: pem('client'), privateKey: pem('client-key') },
    caCertificates: [pem('ca')],
  });
  const write = (kind: string, settings: object) =>
    app.database.query('update webhook_credentials set settings = $3 where webhook_id = $1 and kind = $2', [
      uuidOf('Webhook', id),
      kind,
      JSON.stringify(settings),
    ]);
  await write('CERTIFICATE', { name: 'CN=us', origin: null, expiresAt: client });
  const certificates = authorities.map((expiresAt, n) => ({ subject: `CN=ca ${n}`, expiresAt, fingerprint: '00' }));
  await write('AUTHORITIES', { name: '', origin: null, certificates });
  return id;
}

test('a rotated secret and a rotated address are listed until their overlap ends', async () => {
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  const incoming = { name: 'Shop', direction: 'INCOMING', provider: 'GITHUB' };
  const { webhook: shop } = await mutate(app, 'createWebhook', incoming, 'webhook { id }');
  expect(ofWebhook(await expiring(), id)).toEqual([]);
  await mutate(app, 'rotateWebhookSecret', { id, overlapSeconds: 3600 });
  await mutate(app, 'rotateWebhookSecret', { id: shop.id, overlapSeconds: 7200 });
  await mutate(app, 'rotateWebhookToken', { id: shop.id, overlapSeconds: 600 });
  const listed = await expiring(`(where: { expiresAt: { lt: "${inFuture(DAY_MS)}" } }, first: 100)`);
  expect(ofWebhook(listed, id)).toMatchObject([{ kind: 'SIGNING_KEY', name: null }]);
  expect(ofWebhook(listed, shop.id)).toMatchObject([{ kind: 'INCOMING_ADDRESS' }, { kind: 'VERIFICATION_KEY' }]);
  await app.database.query(
    `update webhook_secrets set expires_at = now() where webhook_id = $1 and expires_at is not null`,
    [uuidOf('Webhook', id)],
  );
  expect(ofWebhook(await expiring('(first: 100)'), id)).toEqual([]);
});

test('certificates are listed by the time of their end, also after it', async () => {
  const id = await webhookWithCertificates(inFuture(10 * DAY_MS), [inFuture(-DAY_MS), inFuture(50 * DAY_MS)]);
  const kindsWithin = async (days: number) =>
    ofWebhook(await expiring(`(where: { expiresAt: { lt: "${inFuture(days * DAY_MS)}" } }, first: 100)`), id).map(
      ({ kind, name }) => `${kind} ${name}`,
    );
  expect(await kindsWithin(9)).toEqual(['CA_CERTIFICATE CN=ca 0']);
  expect(await kindsWithin(11)).toEqual(['CA_CERTIFICATE CN=ca 0', 'CLIENT_CERTIFICATE CN=us']);
  expect(await kindsWithin(51)).toHaveLength(3);
  await mutate(app, 'archiveWebhook', { id });
  expect(await kindsWithin(51)).toEqual([]);
});

test('API keys are listed for SYSTEM_MANAGER and AUDITOR, unless they no longer work', async () => {
  const { user } = await mutate(app, 'createUser', { name: 'expiring', roles: ['SUPPORT'] }, 'user { id }');
  const input = { userId: user.id, label: 'laptop', expiresAt: inFuture(HOUR_MS) };
  const { apiKey } = await mutate(app, 'createApiKey', input, 'apiKey { id }');
  const query = '{ expiringSecrets(first: 100) { nodes { kind name apiKey { id user { name } } } } }';
  const listed = async (role: Role) => {
    const { data, errors } = await app.ask(query, {}, await app.keyFor(role));
    expect(errors).toBeUndefined();
    return data.expiringSecrets.nodes.filter(({ name }: Expiring) => name === 'laptop');
  };
  const shown = [{ kind: 'API_KEY', name: 'laptop', apiKey: { id: apiKey.id, user: { name: 'expiring' } } }];
  expect(await listed('AUDITOR')).toEqual(shown);
  // also where they ask for the key of what is listed
  await webhookWithCertificates(inFuture(DAY_MS), []);
  for (const role of ['SUPPORT', 'INTEGRATION_MANAGER'] as const) expect(await listed(role)).toEqual([]);
  await mutate(app, 'updateUser', { id: user.id, active: false });
  expect(await listed('SYSTEM_MANAGER')).toEqual([]);
  await mutate(app, 'updateUser', { id: user.id, active: true });
  expect(await listed('SYSTEM_MANAGER')).toEqual(shown);
  await mutate(app, 'revokeApiKey', { id: apiKey.id });
  expect(await listed('SYSTEM_MANAGER')).toEqual([]);
});

test('the first to expire come first, at most `first`', async () => {
  const id = await webhookWithCertificates(
    inFuture(-39.5 * DAY_MS),
    Array.from({ length: 5 }, (_, n) => inFuture((n - 40) * DAY_MS)),
  );
  expect(await expiring('(first: 3)')).toMatchObject([
    { name: 'CN=ca 0', webhook: { id } },
    // whatever their kinds are
    { name: 'CN=us', webhook: { id } },
    { name: 'CN=ca 1', webhook: { id } },
  ]);
});

test('are pages in both directions, with filters', async () => {
  const ends = Array.from({ length: 7 }, (_, n) => inFuture((n + 100) * DAY_MS));
  const id = await webhookWithCertificates(inFuture(99 * DAY_MS), ends);
  const where = `where: { webhook: { id: { eq: "${id}" } } }`;
  const names: string[] = [];
  for (let after = '', more = true; more; ) {
    const { data } = await app.ask(
      `{ expiringSecrets(${where}, first: 3${after}) { nodes { name } totalCount pageInfo { hasNextPage endCursor } } }`,
    );
    const { nodes, totalCount, pageInfo } = data.expiringSecrets;
    expect(totalCount).toBe(8);
    names.push(...nodes.map(({ name }: Expiring) => name));
    [after, more] = [`, after: "${pageInfo.endCursor}"`, pageInfo.hasNextPage];
  }
  expect(names).toEqual(['CN=us', ...ends.map((_, n) => `CN=ca ${n}`)]);
  const last = await expiring(`(${where}, last: 1)`);
  expect(last).toEqual(await expiring(`(${where}, first: 1, orderBy: { direction: DESC })`));
  expect(last).toMatchObject([{ name: 'CN=ca 6' }]);
  const kinds = `where: { kind: { in: [CLIENT_CERTIFICATE] }, webhook: { id: { eq: "${id}" } } }`;
  expect(await expiring(`(${kinds})`)).toMatchObject([{ name: 'CN=us' }]);
});
