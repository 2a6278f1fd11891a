// An answer of more than 64 MiB is refused: two aliases of a page of documents are 50 MiB, and all aliases are gigabytes.
import { shareTestApi, type TestApp } from '../../support/app';

let app: TestApp;
beforeAll(async () => {
  app = await shareTestApi();
  const big = 'x'.repeat(255 * 1024);
  const events = Array.from({ length: 6 }, (_, index) => ({
    documentType: 'Large',
    event: 'on_submit',
    referenceDocument: `LARGE-${index}`,
    data: { big },
  }));
  const published = await app.ask(
    'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { events { id } userErrors { message } } }',
    { input: { events } },
  );
  expect(published.data).toMatchObject({ publishEvents: { userErrors: [] } });
});
afterAll(() => app.stop());

const listOf = (aliases: number) => {
  const fields = Array.from({ length: aliases }, (_, index) => `a${index}: data`).join(' ');
  return `businessEvents(first: 6, where: { documentType: { eq: "Large" }, createdAt: { gte: "2020-01-01T00:00:00Z" } }) { nodes { ${fields} } }`;
};
const TOO_LARGE = {
  message: 'The answer would have more than 64 MiB. Request fewer rows (`first`), or less of their content.',
  extensions: { code: 'LIMIT_EXCEEDED' },
};

test('in one statement', async () => {
  const answer = await app.ask(`{ ${listOf(48)} }`);
  expect(answer.errors).toEqual([expect.objectContaining({ message: TOO_LARGE.message })]);
  expect(answer).toMatchObject({ status: 400, errors: [TOO_LARGE] });
});

test('in fields that resolvers answer', async () => {
  const answer = await app.ask(`{ viewerRoles ${listOf(48)} }`);
  expect(answer.errors?.[0]).toMatchObject(TOO_LARGE);
});

test('less is answered', async () => {
  const answer = await app.ask(`{ viewerRoles ${listOf(2)} }`);
  expect(answer.errors).toBeUndefined();
});
