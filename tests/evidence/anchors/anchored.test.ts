// An application whose heads go to a witness and to a webhook, and a bundle that is checked with a policy.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNote, readVkey } from '../../../src/evidence/formats/signed-note';
import { startTestApp, type TestApp } from '../../support/app';
import { mutate } from '../../support/mutate';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { EXPORT, sealedRequests, verify } from '../sealing';
import { makeWitnessKey, witnessAnswers } from './witness-and-authority';

const key = makeWitnessKey('witness.example.com/w1');
const absent = makeWitnessKey('witness.example.com/w2');
let folder: string;
let app: TestApp;
let witness: Receiver;
let partner: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-policy-'));
  [witness, partner] = await Promise.all([startReceiver(), startReceiver()]);
  witness.answerWith(witnessAnswers(key).answer);
  const policy = join(folder, 'policy.txt');
  await writeFile(policy, `witness w1 ${key.vkey} ${witness.url}/w\nquorum w1\n`);
  app = await startTestApp({ PUBLIC_URL: 'https://erp.example.com', EVIDENCE_POLICY_FILE: policy });
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
  await createTestWebhook(app, partner.url, { documentType: 'Hookledger', events: ['evidence.head_signed'] });
});
afterAll(async () => {
  await Promise.all([app.stop(), witness.stop(), partner.stop()]);
  await rm(folder, { recursive: true });
});

const targets = async () => {
  const { data } = await app.ask(
    '{ evidenceStatus { lastAnchors { kind by anchoredSize anchoredAt triedAt error } } }',
  );
  return data.evidenceStatus.lastAnchors as { kind: string; anchoredSize: number | null; error: string | null }[];
};

test('the witness cosigns what anchorEvidence orders, a webhook is told, and a bundle meets the policy', async () => {
  await publish(app, [invoice('ANCHORED-1')]);
  const [id] = await sealedRequests(app, 1);
  const told = await waitFor('the event', () =>
    partner.calls.map(({ body }) => JSON.parse(body.toString())).find(({ type }) => /head_signed/.test(type)),
  );
  expect(told.data).toMatchObject({ origin: 'erp.example.com/evidence/1', treeSize: expect.any(Number) });
  expect(told.data.checkpoint.split('\n').slice(0, 3)).toEqual([
    told.data.origin,
    String(told.data.treeSize),
    told.data.rootHash,
  ]);
  const { data } = await app.ask('mutation { anchorEvidence { targets { kind by } userErrors { message } } }');
  expect(data.anchorEvidence).toEqual({
    targets: [{ kind: 'WITNESS', by: 'witness.example.com/w1' }],
    userErrors: [],
  });
  const sealed = await app.ask(`{ webhookRequestLog(id: "${id}") { evidence { leafIndex } } }`);
  const { leafIndex } = sealed.data.webhookRequestLog.evidence;
  await waitFor('the cosignature', async () =>
    (await targets()).some(({ kind, anchoredSize }) => kind === 'WITNESS' && (anchoredSize ?? 0) > leafIndex),
  );
  expect((await targets()).map(({ error }) => error)).toEqual([null, null]);

  const exported = await app.ask(EXPORT, { input: { rows: { ids: [id] }, reason: 'A dispute with the partner' } });
  const { text } = exported.data.exportEvidence.bundle;
  const vkey = (await (await fetch(`${app.url}/evidence/vkey`)).text()).trim();
  const policyOf = (rest: string) => `log ${vkey}\nwitness w1 ${key.vkey}\nwitness w2 ${absent.vkey}\n${rest}\n`;
  const checked = (rest: string) => verify(text, ['--policy', 'policy.txt'], { 'policy.txt': policyOf(rest) });
  for (const rest of ['quorum w1', 'group any-one any w1 w2\nquorum any-one', 'quorum none']) {
    expect(await checked(rest)).toMatchObject({
      code: 0,
      output: expect.stringContaining('the head was cosigned by w1 at 2026-03-04T09:30:00.000Z'),
    });
  }
  for (const rest of ['quorum w2', 'group both all w1 w2\nquorum both', 'group both 2 w1 w2\nquorum both']) {
    expect(await checked(rest)).toMatchObject({ code: 2, output: expect.stringContaining('cosigned by: w1') });
  }
  for (const rest of [
    '',
    'quorum w3',
    'group none all w1\nquorum w1',
    'group g 3 w1 w2\nquorum g',
    'quorum w1\nquorum w1',
    'wittness',
  ]) {
    expect(await checked(rest)).toMatchObject({ code: 2, output: expect.stringContaining('the policy') });
  }
  const foreign = {
    'policy.txt': policyOf('quorum w1').replace(key.vkey, makeWitnessKey('witness.example.com/w1').vkey),
  };
  expect(await verify(text, ['--policy', 'policy.txt'], foreign)).toMatchObject({ code: 2 });
});

test('a proof that was made elsewhere is attached once, and all anchors are listed', async () => {
  const { data } = await app.ask('{ evidenceHeads(first: 1) { nodes { treeSize } } }');
  const [{ treeSize }] = data.evidenceHeads.nodes;
  const attach = async (input: object) =>
    (
      await app.ask(
        `mutation ($input: AttachEvidenceAnchorInput!) {
           attachEvidenceAnchor(input: $input) { evidenceAnchor { kind by treeSize proof } userErrors { field code } } }`,
        { input: { treeSize, by: 'OpenTimestamps', proof: 'AE9w', ...input } },
      )
    ).data.attachEvidenceAnchor;
  expect(await attach({})).toEqual({
    evidenceAnchor: { kind: 'ATTACHED', by: 'OpenTimestamps', treeSize, proof: 'AE9w' },
    userErrors: [],
  });
  const faults = async (input: object) => (await attach(input)).userErrors;
  expect(await faults({})).toEqual([{ field: ['by'], code: 'CONFLICT' }]);
  expect(await faults({ treeSize: 99_999 })).toEqual([{ field: ['treeSize'], code: 'NOT_FOUND' }]);
  expect(await faults({ treeSize: 0.5 })).toEqual([{ field: ['treeSize'], code: 'NOT_FOUND' }]);
  expect(await faults({ by: ' ' })).toEqual([{ field: ['by'], code: 'INVALID' }]);
  expect(await faults({ by: 'a\0b' })).toEqual([{ field: ['by'], code: 'INVALID' }]);
  expect(await faults({ proof: '' })).toEqual([{ field: ['proof'], code: 'INVALID' }]);
  expect(await faults({ proof: '-' })).toEqual([{ field: ['proof'], code: 'INVALID' }]);
  expect(await faults({ proof: 'A'.repeat(100_000) })).toEqual([{ field: ['proof'], code: 'TOO_LARGE' }]);
  const listed = await app.ask('{ evidenceAnchors { nodes { kind by origin treeSize receivedAt query proof } } }');
  const kinds = listed.data.evidenceAnchors.nodes.map(({ kind }: { kind: string }) => kind);
  expect([...new Set(kinds)].sort()).toEqual(['ATTACHED', 'EVENT', 'WITNESS']);
});

test('a head has at most 20 anchors', async () => {
  const { data } = await app.ask('{ evidenceHeads(first: 1) { nodes { treeSize } } }');
  const [{ treeSize }] = data.evidenceHeads.nodes;
  const attach = async (at: number) => {
    const input = { treeSize, by: `maker ${at}`, proof: 'AE9w' };
    return (await mutate(app, 'attachEvidenceAnchor', input)).userErrors;
  };
  const faults: unknown[][] = [];
  for (let at = 0; at <= 20; at += 1) faults.push(await attach(at));
  expect(faults[10]).toEqual([]);
  expect(faults[20]).toEqual([
    {
      field: ['treeSize'],
      code: 'TOO_LARGE',
      message: `The head of ${treeSize} leaves has 20 anchors, which is the maximum: attach the proof of a later head.`,
    },
  ]);
  const rows = await app.database.query('select from evidence_anchors where tree_size = $1', [treeSize]);
  expect(rows).toHaveLength(20);
});

test('heads and anchors are pages in both directions, with filters', async () => {
  const forward: number[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await app.ask(
      `query ($after: String) { evidenceHeads(first: 1, after: $after) { nodes { treeSize } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    forward.push(...data.evidenceHeads.nodes.map(({ treeSize }: { treeSize: number }) => treeSize));
    ({ hasNextPage: more, endCursor: after } = data.evidenceHeads.pageInfo);
  }
  expect(forward.length).toBeGreaterThan(1);
  expect(forward).toEqual([...forward].sort((one, other) => other - one));
  const [largest] = forward as [number];
  const { data } = await app.ask(
    `query ($size: Float!) {
      oldest: evidenceHeads(first: 1, orderBy: { direction: ASC }) { nodes { treeSize } totalCount }
      last: evidenceHeads(last: 1) { nodes { treeSize } pageInfo { hasPreviousPage } }
      smaller: evidenceHeads(first: 1, where: { treeSize: { lt: $size } }) { nodes { treeSize } }
      between: evidenceHeads(where: { treeSize: { gt: 0.5, lt: 0.7 } }) { nodes { treeSize } }
      attached: evidenceAnchors(where: { kind: { eq: ATTACHED }, by: { startsWith: "Open" } }) { nodes { kind by } totalCount }
      none: evidenceAnchors(where: { receivedAt: { gt: "2999-01-01T00:00:00Z" } }) { nodes { kind } } }`,
    { size: largest },
  );
  expect(data).toEqual({
    oldest: { nodes: [{ treeSize: forward.at(-1) }], totalCount: forward.length },
    last: { nodes: [{ treeSize: forward.at(-1) }], pageInfo: { hasPreviousPage: true } },
    smaller: { nodes: [{ treeSize: forward[1] }] },
    between: { nodes: [] },
    attached: { nodes: [{ kind: 'ATTACHED', by: 'OpenTimestamps' }], totalCount: 1 },
    none: { nodes: [] },
  });
});

test('once the key is compromised, a bundle has no head that it alone signed, cosigned or not', async () => {
  const [id] = await sealedRequests(app, 1);
  const input = { reason: 'A backup with the key was lost', compromisedAt: '2026-01-01T00:00:00Z' };
  const rotated = await app.ask(
    'mutation ($input: RotateEvidenceKeyInput!) { rotateEvidenceKey(input: $input) { vkey } }',
    { input },
  );
  const { vkey } = rotated.data.rotateEvidenceKey;
  await waitFor('a head of the new key', async () => {
    const { data } = await app.ask('{ evidenceHeads(first: 1) { nodes { checkpoint } } }');
    return openNote(data.evidenceHeads.nodes[0].checkpoint, [readVkey(vkey) as never]) !== null;
  });
  const exported = await app.ask(EXPORT, { input: { rows: { ids: [id] }, reason: 'A dispute with the partner' } });
  expect(await verify(exported.data.exportEvidence.bundle.text, ['--key', vkey])).toMatchObject({ code: 0 });
});
