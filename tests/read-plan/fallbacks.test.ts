import { type GraphQLAnswer, useTestApp } from '../support/app';

const lines: string[] = [];

const app = useTestApp({ PROCESSES: 'api', LOG_LEVEL: 'debug' }, { write: (line) => void lines.push(line) });

/** `/metrics` is up to 2 s old. */
const METRICS_AGE_MS = 2_100;

async function fallbacks(): Promise<Record<string, number>> {
  await new Promise((resolve) => setTimeout(resolve, METRICS_AGE_MS));
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const counted = text.matchAll(/^hookledger_read_plan_fallbacks_total\{reason="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...counted].map(([, reason, count]) => [reason, Number(count)]));
}

const NONE = { no_plan: 0, roles: 0, invalid_argument: 0, timeout: 0, error: 0 };
const QUERY_IN_ONE = '{ webhooks { nodes { name owner { name } } } }';

const CASES: [reason: string, ask: () => Promise<GraphQLAnswer>][] = [
  ['no_plan', () => app.ask('{ viewer { id } viewerRoles }')],
  // an AUDITOR may read the keys of users, SUPPORT may not
  ['roles', async () => app.ask('{ users { nodes { apiKeys { nodes { label } } } } }', undefined, await support())],
  ['invalid_argument', () => app.ask('{ webhooks(first: 101) { nodes { id } } }')],
];

let supportKey: string | null = null;

async function support(): Promise<string> {
  supportKey ??= await app.keyFor('SUPPORT');
  return supportKey;
}

test('what one statement answers, and a mutation, is no fallback', async () => {
  await support();
  const before = await fallbacks();
  expect(Object.keys(before)).toEqual(Object.keys(NONE));
  expect((await app.ask(QUERY_IN_ONE)).errors).toBeUndefined();
  await app.ask('mutation { updateUser(input: { id: "usr_none", fullName: "x" }) { userErrors { code } } }');
  expect(await fallbacks()).toEqual(before);
});

test.each(CASES)('%s is counted, and logged with the id of the request', async (reason, ask) => {
  await support();
  const before = await fallbacks();
  lines.length = 0;
  await ask();
  expect(await fallbacks()).toEqual({ ...before, [reason]: (before[reason] as number) + 1 });
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.reason);
  expect(logged).toEqual([expect.objectContaining({ reason, reqId: expect.any(String) })]);
});
