// An answer of more than 64 MiB is refused: two aliases of a page of documents are 50 MiB, and all aliases are gigabytes.
import { setTimeout as wait } from 'node:timers/promises';
import { MAX_ANSWER_BYTES, SHORT_ANSWER_BYTES, startLargeAnswer } from '../../../src/graphql/limits/answer-size';
import { useTestApi } from '../../support/app';

const app = useTestApi();
beforeAll(async () => {
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

const listOf = (aliases: number, rows = 6) => {
  const fields = Array.from({ length: aliases }, (_, index) => `a${index}: data`).join(' ');
  return `businessEvents(first: ${rows}, where: { documentType: { eq: "Large" }, createdAt: { gte: "2020-01-01T00:00:00Z" } }) { nodes { ${fields} } }`;
};
const TOO_LARGE = {
  message: `The answer would have more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB. Request fewer rows (\`first\`), or less of their content.`,
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

test.each(['', 'viewerRoles '])(
  'a large answer waits until it may be made, and a short one does not: { %s... }',
  async (others) => {
    const ends = [await startLargeAnswer('one'), await startLargeAnswer('another')];
    const large = app.ask(`{ ${others}${listOf(8)} }`);
    const short = await app.ask(`{ ${others}${listOf(1, 1)} }`);
    expect(short.errors).toBeUndefined();
    // several times what it takes to make
    expect(await Promise.race([large, wait(1_500, 'it waits')])).toBe('it waits');
    for (const end of ends) end();
    const { errors, data } = await large;
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).length).toBeGreaterThan(SHORT_ANSWER_BYTES);
  },
);
