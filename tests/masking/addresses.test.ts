import { networkOf, networkOfSql } from '../../src/masking/mask-value';
import { fetchExport } from '../request-log/export/exports';
import { seedRequest } from '../request-log/pages/seeded-log';
import { useTestApi } from '../support/app';
import { askMutation, mutate } from '../support/mutate';

const ADDRESS = '203.0.113.77';
const NETWORK = '203.0.113.0/24';

const app = useTestApi();
let request: string;
let keys: Record<'SUPPORT' | 'AUDITOR', string>;

beforeAll(async () => {
  request = await seedRequest(app.database, { referenceDocument: 'ADR-1', remoteAddress: ADDRESS });
  keys = { SUPPORT: await app.keyFor('SUPPORT'), AUDITOR: await app.keyFor('AUDITOR') };
  // an AUDITOR from whom a value is masked still sees addresses
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'DATA', path: '$.iban', strategy: 'HIDE' });
});

test.each([
  { address: '203.0.113.77', network: '203.0.113.0/24' },
  { address: '::ffff:203.0.113.77', network: '203.0.113.0/24' },
  { address: '2001:db8:1:2::3', network: '2001:db8:1::/48' },
  { address: '::1', network: '::/48' },
  { address: 'fe80::1%eth0', network: null },
  { address: 'unknown', network: null },
])('of $address, $network is shown', async ({ address, network }) => {
  expect(networkOf(address)).toBe(network);
  expect(await app.database.query(`select ${networkOfSql('$1::text')} as network`, [address])).toEqual([{ network }]);
});

test.each([
  { role: 'SUPPORT' as const, shown: NETWORK },
  { role: 'AUDITOR' as const, shown: ADDRESS },
])('$role sees $shown in lists, and by id', async ({ role, shown }) => {
  const query = `{ webhookRequestLogs(where: { referenceDocument: { eq: "ADR-1" } }) { nodes { remoteAddress } }
    node(id: "${request}") { ... on WebhookRequestLog { remoteAddress } } }`;
  const list = 'query { webhookRequestLogs(first: 1) { nodes { remoteAddress } } }';
  const { data } = await app.ask(query, {}, keys[role]);
  expect(data).toEqual({ webhookRequestLogs: { nodes: [{ remoteAddress: shown }] }, node: { remoteAddress: shown } });
  expect((await app.ask(list, {}, keys[role])).data.webhookRequestLogs.nodes).toEqual([{ remoteAddress: shown }]);
});

test('an export of SUPPORT has networks', async () => {
  const made = await askMutation(app, 'exportWebhookRequestLogs', { format: 'CSV' }, 'export { id }', keys.SUPPORT);
  const { text } = await fetchExport(app, made.data.exportWebhookRequestLogs.export.id, { key: keys.SUPPORT });
  expect(text).toContain(NETWORK);
  expect(text).not.toContain(ADDRESS);
});

test('SUPPORT finds no address by trying', async () => {
  const query = '{ webhookRequestLogs(where: { remoteAddress: { startsWith: "203.0.113.7" } }) { nodes { id } } }';
  expect((await app.ask(query, {}, keys.SUPPORT)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('where.remoteAddress') },
  ]);
});
