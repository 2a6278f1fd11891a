// What no read plan answers is resolved field by field, each time in the same way.

import { useTestApi } from '../support/app';
import { createTestWebhook } from '../support/webhooks';

const app = useTestApi();

beforeAll(async () => {
  await createTestWebhook(app, 'https://partner.example/hook', { name: 'Bookkeeping' });
});

const TIMES = 4;

async function askRepeatedly(query: string, variables?: object) {
  const answers = [];
  for (let time = 0; time < TIMES; time += 1) answers.push(await app.ask(query, variables));
  return answers;
}

test('a field that is skipped adds nothing to the same field beside it, however often the text comes', async () => {
  const { data: found } = await app.ask('{ viewer { id } }');
  const { id } = found.viewer;
  const fragment = 'fragment F on WebhookConnection { nodes { name requests(first: 100) { nodes { id } } } }';
  for (const selections of [
    'webhooks @skip(if: true) { ...F } webhooks { nodes { id } }',
    'webhooks { nodes { id } } webhooks @include(if: false) { ...F }',
    'webhooks @skip(if: $yes) { ...F } webhooks { nodes { id } }',
  ]) {
    const variables = selections.includes('$yes') ? '($yes: Boolean!)' : '';
    const query = `query ${variables} { node(id: "${id}") { ... on User { ${selections} } } } ${fragment}`;
    for (const { data, errors } of await askRepeatedly(query, { yes: true })) {
      expect(errors).toBeUndefined();
      expect(data.node).toEqual({ webhooks: { nodes: [{ id: expect.stringMatching(/^whk_/) }] } });
    }
  }
});

test('an answer is the same at every use of a text, with its errors', async () => {
  const query = `{ viewer { name webhooks(first: 101) { nodes { id } } }
    nodes(ids: ["usr_nobody", "x"]) { __typename id } }`;
  const [first, ...others] = (await askRepeatedly(query)).map(({ data, errors }) => ({
    data,
    errors: errors?.map(({ extensions: { requestId: _own, ...extensions }, ...error }) => ({ ...error, extensions })),
  }));
  expect(first?.errors?.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual(first);
});
