import { documentId } from '../../src/documents/document-id';
import { useTestApi } from '../support/app';
import { createTestWebhook } from '../support/webhooks';
import { seedRequest } from './pages/seeded-log';

const app = useTestApi();

describe('nodes', () => {
  let known: Record<string, string>;

  beforeAll(async () => {
    const { data } = await app.ask('{ viewer { id apiKeys { nodes { id } } } }');
    const webhook = await createTestWebhook(app, 'https://node.example/');
    const published = await app.ask(
      'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } } }',
      { input: { events: [{ documentType: 'A', event: 'b', referenceDocument: 'c', data: 1 }] } },
    );
    const verifying = await app.ask('mutation { verifyEvidence(input: { depth: TREE }) { evidenceRun { id } } }');
    known = {
      User: data.viewer.id,
      ApiKey: data.viewer.apiKeys.nodes[0].id,
      Webhook: webhook.id,
      BusinessDocument: documentId({ documentType: 'A', name: 'c' }),
      BusinessEvent: published.data.publishEvents.events[0].id,
      WebhookRequestLog: await seedRequest(app.database, {}),
      EvidenceRun: verifying.data.verifyEvidence.evidenceRun.id,
    };
  });

  test('are found by their ids, whatever they are', async () => {
    for (const [type, id] of Object.entries(known)) {
      const { data } = await app.ask('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
      expect(data.node).toEqual({ __typename: type, id });
    }
  });

  test('come in the order asked for, null where there is none', async () => {
    const unknown = ['usr', 'key', 'whk', 'evt', 'dlv', 'req', 'evr'].map(
      (prefix) => `${prefix}_00000000000070008000000000000000`,
    );
    const malformed = [
      '',
      'x',
      'req_',
      `req_${'0'.repeat(31)}`,
      `REQ_${'0'.repeat(32)}`,
      `abc_${'0'.repeat(32)}`,
      "' or 1=1",
      '\u0000',
    ];
    const swapped = known.User?.replace('usr_', 'whk_') ?? '';
    const asked = [...Object.values(known), ...unknown, ...malformed, swapped, ...Object.values(known).reverse()];
    const { data, errors } = await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: asked });
    expect(errors).toBeUndefined();
    const nothing = [...unknown, ...malformed, swapped].map(() => null);
    const found = Object.values(known).map((id) => ({ id }));
    expect(data.nodes).toEqual([...found, ...nothing, ...[...found].reverse()]);
  });

  test('may be a hundred at once, not more', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const ask = (count: number) => app.ask(query, { ids: Array(count).fill(known.Webhook) });
    expect((await ask(0)).data.nodes).toEqual([]);
    expect((await ask(100)).data.nodes).toHaveLength(100);
    expect((await ask(101)).errors?.[0]).toMatchObject({
      message: 'ids: 101 entries; at most 100 are allowed.',
      extensions: { code: 'BAD_USER_INPUT', field: ['ids'] },
    });
  });

  test('of another type are refused by a field of one type, which names its own', async () => {
    const prefixes = {
      user: 'usr',
      webhook: 'whk',
      businessEvent: 'evt',
      delivery: 'dlv',
      webhookRequestLog: 'req',
      erasure: 'ers',
    };
    for (const [field, prefix] of Object.entries(prefixes)) {
      for (const [type, id] of [...Object.entries(known), ['none', 'x'] as const]) {
        if (type.toLowerCase() === field.toLowerCase()) continue;
        const { data, errors } = await app.ask(`query ($id: ID!) { ${field}(id: $id) { id } viewer { id } }`, { id });
        expect(data).toEqual({ [field]: null, viewer: { id: known.User } });
        expect(errors).toMatchObject([{ path: [field], extensions: { code: 'BAD_USER_INPUT', field: ['id'] } }]);
        expect(errors?.[0]?.message).toMatch(
          new RegExp(`^id: "${id}.*" is not the id of an? \\w+, which is ${prefix}_ and 32 hexadecimal digits\\.$`),
        );
      }
    }
  });
});
