import { useTestApi } from '../support/app';

const app = useTestApi();

const NESTED = `query ($n: Int = 100) {
  users(first: $n) { nodes { webhooks(first: $n) { nodes { requests(first: 100) { nodes { id } } } } } }
}`;

test('pages in pages in pages are refused, with the variables and their defaults counted', async () => {
  const answer = await app.ask(NESTED);
  expect(answer.status).toBe(400);
  expect(answer.data).toBeUndefined();
  expect(answer.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  expect(answer.errors?.[0]?.message).toContain('1010100 rows');
});

test('the same query with smaller pages is answered', async () => {
  const answer = await app.ask(NESTED, { n: 10 });
  expect(answer.errors).toBeUndefined();
  expect(answer.data.users.nodes.length).toBeGreaterThan(0);
});

test('fragments and nodes(ids) are counted too', async () => {
  const answer = await app.ask(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ...all } }
     fragment all on Node { ... on User { webhooks(first: 100) { nodes { requests(first: 100) { nodes { id } } } } } }`,
    { ids: Array.from({ length: 100 }, () => 'usr_nobody') },
  );
  expect(answer.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
});

test.each(['constructor', 'toString', '__proto__'])(
  'a variable with the name %s, which every object has, counts',
  async (name) => {
    const bySize = NESTED.replaceAll('$n', `$${name}`);
    const byInclude = `query ($${name}: Boolean = true) {
    users(first: 100) @include(if: $${name}) {
      nodes { webhooks(first: 100) { nodes { requests(first: 100) { nodes { id } } } } }
    }
  }`;
    for (const query of [bySize, byInclude]) {
      const { errors } = await app.ask(query);
      expect(errors).toMatchObject([{ message: expect.stringContaining('1010100 rows') }]);
    }
    const { data } = await app.ask(`query ($${name}: Int) { users(first: $${name}, last: 1) { nodes { name } } }`);
    expect(data.users.nodes).toHaveLength(1);
  },
);
