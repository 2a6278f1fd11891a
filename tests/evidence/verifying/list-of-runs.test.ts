// The verifications that were ordered, as a list.
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';

const app = useTestApi();

async function ordered(depth: string): Promise<string> {
  return (await mutate(app, 'verifyEvidence', { depth }, 'evidenceRun { id }')).evidenceRun.id;
}

const RUNS =
  'nodes { id depth status findingCount findings { name } scope { kind } orderedBy { name } } pageInfo { hasNextPage endCursor }';

test('lists runs, newest first, page by page, without their ids', async () => {
  const [first, second] = [await ordered('TREE'), await ordered('ROWS')];
  const { data } = await app.ask(`{ evidenceRuns(first: 1) { ${RUNS} totalCount } viewer { name } }`);
  expect(data.evidenceRuns.nodes).toMatchObject([
    { id: second, depth: 'ROWS', findings: [], scope: { kind: 'ALL' }, orderedBy: { name: data.viewer.name } },
  ]);
  expect(data.evidenceRuns.pageInfo.hasNextPage).toBe(true);
  expect(data.evidenceRuns.totalCount).toBeGreaterThanOrEqual(2);
  const after = data.evidenceRuns.pageInfo.endCursor;
  const next = await app.ask(`query ($after: String) { evidenceRuns(first: 1, after: $after) { ${RUNS} } }`, { after });
  expect(next.data.evidenceRuns.nodes).toMatchObject([{ id: first, depth: 'TREE' }]);
});

test('a filter selects among them, and the findings of each are its own', async () => {
  const [clean, broken] = [await ordered('TREE'), await ordered('TREE')];
  const finding = { name: 'TRUNCATED', kind: null, rowId: null, leafIndex: 3, treeSize: 2, message: 'Made by a test.' };
  await app.database.query(
    `update evidence_runs set status = 'COMPLETED', finished_at = now(), finding_count = 1, findings = $1
     where 'evr_' || replace(id::text, '-', '') = $2`,
    [JSON.stringify([finding]), broken],
  );
  const runs = async (where: string) =>
    (await app.ask(`{ evidenceRuns(where: ${where}) { ${RUNS} } }`)).data.evidenceRuns.nodes;
  expect(await runs(`{ id: { in: ["${clean}", "${broken}"] } }`)).toMatchObject([
    { id: broken, status: 'COMPLETED', findingCount: 1, findings: [{ name: 'TRUNCATED' }] },
    { id: clean, findingCount: 0, findings: [] },
  ]);
  expect(await runs('{ findingCount: { gt: 0 }, status: { eq: COMPLETED } }')).toMatchObject([{ id: broken }]);
  expect(await runs('{ orderedBy: { name: { eq: "nobody" } } }')).toEqual([]);
});

test.each(['SUPPORT', 'INTEGRATION_MANAGER', 'PUBLISHER'] as const)('is not for %s', async (role) => {
  const { errors } = await app.ask('{ evidenceRuns { nodes { id } } }', {}, await app.keyFor(role));
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});
