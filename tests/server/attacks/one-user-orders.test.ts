// One user cannot fill the loops of replays and verifications, which take turns. Other users order theirs meanwhile.
import { MAX_OPEN_REPLAYS } from '../../../src/replay/start-replay';
import { useTestApi } from '../../support/app';
import { askMutation } from '../../support/mutate';

const app = useTestApi();
let other: string;

// without a worker and without an indexer, so that nothing is finished
beforeAll(async () => {
  other = await app.keyFor('SYSTEM_MANAGER');
});

async function change(name: string, input: object, selection: string, key?: string) {
  return (await askMutation(app, name, input, selection, key)).data[name];
}

test('replays', async () => {
  const order = (key?: string) =>
    change('replayDeliveries', { where: { status: { eq: 'EXHAUSTED' } }, reason: 'lost' }, 'replay { id }', key);
  const tooMany = {
    code: 'TOO_LARGE',
    field: null,
    message:
      '20 replays of this user are PENDING or RUNNING, which is the maximum. Wait until one is finished, or pause or cancel one.',
  };
  const first = await order();
  for (let n = 1; n < MAX_OPEN_REPLAYS; n += 1) expect((await order()).userErrors).toEqual([]);
  expect((await order()).userErrors).toEqual([tooMany]);
  expect((await order(other)).userErrors).toEqual([]);

  const { id } = first.replay;
  await change('pauseReplay', { id }, 'replay { id }');
  expect((await order()).userErrors).toEqual([]);
  // also by another user: it is the replay of the first
  expect((await change('resumeReplay', { id }, 'replay { id }', other)).userErrors).toEqual([tooMany]);
  await change('cancelReplay', { id }, 'replay { id }');
  expect((await order()).userErrors).toEqual([tooMany]);
});

test('verifications', async () => {
  const order = (key?: string) => change('verifyEvidence', { depth: 'TREE' }, 'evidenceRun { id }', key);
  for (let n = 0; n < 5; n += 1) expect((await order()).userErrors).toEqual([]);
  const message = '5 verifications of this user have not ended, which is the maximum. Wait until one has ended.';
  expect((await order()).userErrors).toEqual([{ code: 'TOO_LARGE', field: null, message }]);
  expect((await order(other)).userErrors).toEqual([]);
  await app.database.query(`update evidence_runs set status = 'FAILED', error = 'stopped', finished_at = now()
    where id = (select min(id::text)::uuid from evidence_runs)`);
  expect((await order()).userErrors).toEqual([]);
});
