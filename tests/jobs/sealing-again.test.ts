import { NO_HEAD_FILE, SealingStopped } from '../../src/evidence/known-head';
import { startSealing } from '../../src/jobs/evidence-loops';
import { createLog } from '../../src/logging/log';
import { INSERT_CLOSED, storeForEach } from '../evidence/stored-tree';
import { waitFor } from '../support/wait-for';

const store = storeForEach();

test('it is not said that a stopped process seals again while another one has the tree', async () => {
  const { source, keyring, database } = store();
  const lines: string[] = [];
  let checks = 0;
  let isLost = true;
  const memory = {
    ...NO_HEAD_FILE,
    async check() {
      checks += 1;
      if (isLost) throw new SealingStopped('NEWER', 'A head is lost.', 'note');
    },
  };
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const said = (message: string) => lines.some((line) => JSON.parse(line).msg.includes(message));
  await database.query(INSERT_CLOSED, [1]);
  const loop = startSealing(source, keyring, { host: 'localhost', memory }, log);
  try {
    await waitFor('the stop', () => said('nothing is sealed'));
    await database.query(`select pg_advisory_lock(hashtext('hookledger.evidence'))`);
    const before = checks;
    const asked = () =>
      database.query<{ n: string }>(`select count(*)::text as n from evidence_stops where code = 'NEWER'`);
    for (let n = 0; n < 3; n += 1) {
      loop.wake();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(checks).toBe(before);
    expect(said('sealing again')).toBe(false);
    expect(await asked()).toEqual([{ n: '1' }]);
    isLost = false;
    await database.query(`select pg_advisory_unlock(hashtext('hookledger.evidence'))`);
    await waitFor('the end of the stop', () => said('sealing again'));
  } finally {
    await loop.stop();
  }
});
