// The key of the log is replaced: the old one vouches for the new one, unless it is compromised.

import { createDataSource } from '../../src/database/data-source';
import { readNote, readVkey } from '../../src/evidence/formats/signed-note';
import { evidenceKeys, newestHead } from '../../src/evidence/head.store';
import { destroyRetiredKeys } from '../../src/evidence/rotate-key';
import { startTestApp, type TestApp } from '../support/app';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { EXPORT, sealedRequests, verify } from './sealing';

let app: TestApp;
let partner: Receiver;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp({ PUBLIC_URL: 'https://erp.example.com' }), startReceiver()]);
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

const vkeys = async () => (await (await fetch(`${app.url}/evidence/vkey`)).text()).trim().split('\n');

async function rotate(input: object = {}, key?: string) {
  const answer = await app.ask(
    `mutation ($input: RotateEvidenceKeyInput!) {
       rotateEvidenceKey(input: $input) { vkey userErrors { field code } } }`,
    { input: { reason: 'The yearly rotation', ...input } },
    key,
  );
  return answer.data?.rotateEvidenceKey ?? answer.errors?.[0]?.extensions.code;
}

async function bundle(ids: string[]): Promise<string> {
  const { data } = await app.ask(EXPORT, { input: { rows: { ids }, reason: 'A dispute with the partner' } });
  expect(data.exportEvidence.userErrors).toEqual([]);
  return data.exportEvidence.bundle.text;
}

const withDb = async <T>(work: (db: never) => Promise<T>): Promise<T> => {
  const source = await createDataSource(app.database.servingUrl, { name: 'test', poolSize: 2 }).initialize();
  try {
    return await source.transaction((db) => work(db as never));
  } finally {
    await source.destroy();
  }
};

/** The signatures of the newest head, once it contains all leaves. */
async function signatures(): Promise<string[]> {
  return waitFor('the head', () =>
    withDb(async (db) => {
      const head = await newestHead(db);
      const [row] = await app.database.query<{ n: number }>('select count(*)::int as n from evidence_queue');
      if (!head || row?.n !== 0) return null;
      const keys = await evidenceKeys(db);
      return keys
        .filter(({ vkey }) => readNote(head.checkpoint, [readVkey(vkey) as never])?.signature === 'RIGHT')
        .map(({ vkey }) => vkey);
    }),
  );
}

const later = (interval: string) =>
  app.database.query(`update evidence_keys set retires_at = retires_at - $1::interval`, [interval]);

test('for 30 days both keys sign, a verifier with the old one learns the new one, and then the old one is destroyed', async () => {
  await publish(app, [invoice('ROTATED-1')]);
  await sealedRequests(app, 1);
  const [first = ''] = await vkeys();
  expect(await rotate({ reason: ' ' })).toEqual({
    vkey: null,
    userErrors: [{ field: ['reason'], code: 'REQUIRED' }],
  });
  expect(await rotate({ compromisedAt: '2999-01-01T00:00:00Z' })).toMatchObject({
    userErrors: [{ field: ['compromisedAt'], code: 'INVALID' }],
  });
  expect(await rotate({}, await app.keyFor('AUDITOR'))).toBe('FORBIDDEN');
  const { vkey: second } = await rotate();
  expect(second).toMatch(/^erp\.example\.com\/evidence\/1\+/);
  expect(await rotate()).toMatchObject({ vkey: null, userErrors: [{ code: 'CONFLICT' }] });
  await publish(app, [invoice('ROTATED-2')]);
  const ids = await sealedRequests(app, 2);
  expect(await signatures()).toEqual([second, first]);
  const both = await bundle(ids);
  for (const key of [first, second, `${second}\n${first}\n`])
    expect(await verify(both, ['--key', key])).toMatchObject({ code: 0 });

  await later('31 days');
  await withDb(destroyRetiredKeys);
  await publish(app, [invoice('ROTATED-3')]);
  const all = await sealedRequests(app, 3);
  expect(await signatures()).toEqual([second]);
  const text = await bundle(all);
  expect(await verify(text, ['--key', second])).toMatchObject({ code: 0 });
  expect(await verify(text, ['--key', first])).toMatchObject({
    code: 0,
    output: expect.stringContaining(`the log changed its key, as a sealed entry under the given key says: ${second}`),
  });
  // without the proof, or with another key in it, the old key says nothing about the new one
  const parsed = JSON.parse(text);
  expect(await verify(JSON.stringify({ ...parsed, rotations: [] }), ['--key', first])).toMatchObject({ code: 2 });
  const forged = parsed.rotations.map((proof: string) =>
    proof.replace(/(?<=\nextra )\S+/, (extra) => {
      const content = JSON.parse(Buffer.from(extra, 'base64').toString());
      const details = Buffer.from(content.parts.details.content, 'base64').toString().replace(second, first);
      content.parts.details.content = Buffer.from(details).toString('base64');
      return Buffer.from(JSON.stringify(content)).toString('base64');
    }),
  );
  expect(await verify(JSON.stringify({ ...parsed, rotations: forged }), ['--key', first])).toMatchObject({ code: 2 });
  const rows = await app.database.query(
    `select box is null as gone, destroyed_at is null as kept from evidence_keys order by id`,
  );
  expect(rows).toEqual([
    { gone: true, kept: false },
    { gone: false, kept: true },
  ]);
});

test('a compromised key signs nothing more, is destroyed at once, and vouches for nothing', async () => {
  const [old = ''] = await vkeys();
  const { vkey } = await rotate({ reason: 'A backup with the key was lost', compromisedAt: '2026-01-01T00:00:00Z' });
  await publish(app, [invoice('COMPROMISED-1')]);
  const ids = await sealedRequests(app, 4);
  expect(await signatures()).toEqual([vkey]);
  const text = await bundle(ids);
  expect(await verify(text, ['--key', vkey])).toMatchObject({ code: 0 });
  expect(await verify(text, ['--key', old])).toMatchObject({ code: 2 });
  const entries = await app.database.query<{ action: string; sealed: boolean }>(
    `select action, exists (select from evidence_leaves where subject_id = e.id) as sealed from audit_entries e
     where action like 'evidence.key_%' order by id`,
  );
  expect(entries).toEqual(
    ['rotated', 'destroyed', 'rotated', 'destroyed'].map((act) => ({ action: `evidence.key_${act}`, sealed: true })),
  );
});
