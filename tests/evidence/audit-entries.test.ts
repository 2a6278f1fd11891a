// The evidence of entries of the audit trail, from the API to the offline verifier.
import { seal } from '../../src/evidence/seal';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { createTestWebhook } from '../support/webhooks';
import { EXPORT, verify } from './sealing';
import { openStore, type Store, tamperWith } from './stored-tree';

const REASON = 'They asked for it on the phone';

const app = useTestApi();
let store: Store;
let entry: string;

beforeAll(async () => {
  store = await openStore(app.database);
  const { id } = await createTestWebhook(app, 'https://partner.example/');
  await mutate(app, 'pauseWebhook', { id, reason: REASON });
  const { data } = await app.ask(
    'query ($id: ID!) { webhook(id: $id) { auditEntries(first: 1) { nodes { id evidence { status proof } } } } }',
    { id },
  );
  const [paused] = data.webhook.auditEntries.nodes;
  expect(paused.evidence).toEqual({ status: 'WAITING', proof: null });
  entry = paused.id;
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
});
afterAll(() => store.source.destroy());

async function evidenceOf(): Promise<{ status: string; leafIndex: number; leafHash: string; proof: string }> {
  const { data } = await app.ask(
    'query ($id: ID!) { auditEntry(id: $id) { evidence { status sealedAt leafIndex treeSize leafHash proof } } }',
    { id: entry },
  );
  return data.auditEntry.evidence;
}

const vkey = async () => (await app.ask('{ evidenceStatus { keys } }')).data.evidenceStatus.keys[0] as string;

test('the proof of an entry proves who did what, and has no text of the entry that is content', async () => {
  const evidence = await evidenceOf();
  expect(evidence).toMatchObject({ status: 'SEALED', leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const verdict = await verify(evidence.proof, ['--key', await vkey(), '--json']);
  expect(verdict.code).toBe(0);
  const [row] = JSON.parse(verdict.output).rows;
  expect(row).toMatchObject({ disclosed: [], record: { kind: 'audit', action: 'webhook.paused', outcome: 'DONE' } });
  expect(JSON.stringify(row)).not.toContain(REASON);
});

test('a bundle of entries discloses what was chosen, and a word of a reason that is changed is found', async () => {
  const input = { rows: { ids: [entry] }, disclose: ['REASON', 'DETAILS'], reason: 'Asked for by the auditor' };
  const { data } = await app.ask(EXPORT, { input });
  const { text } = data.exportEvidence.bundle;
  const key = ['--key', await vkey()];
  const verdict = await verify(text, [...key, '--json']);
  expect(verdict.code).toBe(0);
  expect(JSON.parse(verdict.output).rows[0]).toMatchObject({ disclosed: ['reason', 'details'] });
  const changed = text.replace(/extra ([A-Za-z0-9+/=]+)/, (_: string, extra: string) => {
    const parsed = JSON.parse(Buffer.from(extra, 'base64').toString());
    expect(Buffer.from(parsed.parts.reason.content, 'base64').toString()).toBe(REASON);
    parsed.parts.reason.content = Buffer.from(REASON.replace('asked', 'begged')).toString('base64');
    return `extra ${Buffer.from(JSON.stringify(parsed)).toString('base64')}`;
  });
  expect(await verify(changed, key)).toMatchObject({
    code: 1,
    output: expect.stringContaining('reason is not what was recorded'),
  });
});

test('the proof of an entry that the owner has edited fails', async () => {
  const { proof: before } = await evidenceOf();
  await tamperWith(app.database, [
    `update audit_entries set action = 'webhook.resumed' where action = 'webhook.paused'`,
  ]);
  const { proof } = await evidenceOf();
  expect(proof).not.toBe(before);
  expect(await verify(proof, ['--key', await vkey()])).toMatchObject({
    code: 1,
    output: expect.stringContaining('the record is not in the tree'),
  });
});

test('the auditor reads the evidence of entries, and roles that read no trail do not', async () => {
  const query = `{ auditEntry(id: "${entry}") { evidence { status } } }`;
  expect((await app.ask(query, {}, await app.keyFor('AUDITOR'))).data.auditEntry.evidence.status).toBe('SEALED');
  const { errors } = await app.ask(query, {}, await app.keyFor('SUPPORT'));
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
