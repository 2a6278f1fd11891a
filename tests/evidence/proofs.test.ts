// From a delivery to a proof that a stranger checks.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../src/access/viewer';
import { openNote, readCheckpoint, readVkey } from '../../src/evidence/formats/signed-note';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { EXPORT, evidenceOf, sealedRequests, type Verdict, verify } from './sealing';
import { acceptsCheckpoint, acceptsInclusion } from './sigstore-verify';

const REASON = 'A dispute with the partner';
const SECRET_NAME = 'SINV-Jane-Doe-4711';

let app: TestApp;
let partner: Receiver;
let ids: string[];
let vkey: string;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp({ PUBLIC_URL: 'https://erp.example.com' }), startReceiver()]);
  await createTestWebhook(app, partner.url, { documentType: 'Sales Invoice' });
  await publish(
    app,
    Array.from({ length: 12 }, (_, n) => invoice(`${SECRET_NAME}-${n}`)),
  );
  ids = await sealedRequests(app, 12);
  vkey = (await (await fetch(`${app.url}/evidence/vkey`)).text()).trim();
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

async function exported(input: object): Promise<string> {
  const { data, errors } = await app.ask(EXPORT, { input: { rows: { ids }, reason: REASON, ...input } });
  if (errors) throw new Error(JSON.stringify(errors));
  const { bundle, userErrors } = data.exportEvidence;
  expect(userErrors).toEqual([]);
  expect(bundle.sha256).toBe(createHash('sha256').update(bundle.text).digest('hex'));
  return bundle.text;
}

const extraOf = (proof: string) => {
  const line = proof.split('\n').find((each) => each.startsWith('extra ')) ?? '';
  return JSON.parse(Buffer.from(line.slice(6), 'base64').toString());
};

test('--content shows what is disclosed, once it is verified', async () => {
  const bundle = await exported({ rows: { ids: [ids[3]] }, disclose: ['BODY', 'RESPONSE'] });
  const { parts } = extraOf(JSON.parse(bundle).proofs[0]);
  const shown = await verify(bundle, ['--key', vkey, '--content']);
  expect(shown).toMatchObject({ code: 0 });
  const body = Buffer.from(parts.body.content, 'base64').toString();
  expect(body).toContain(`${SECRET_NAME}-`);
  expect(shown.output).toContain(`\n  body:\n    ${body}\n`);
  const asJson = await verify(bundle, ['--key', vkey, '--content', '--json']);
  expect(JSON.parse(asJson.output).rows[0].content).toEqual({
    body: parts.body.content,
    response: parts.response.content,
  });

  const refused = await verify(mutateExtra(bundle, changeContent), ['--key', vkey, '--content']);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.output).not.toContain(SECRET_NAME);
});

test('a delivery is sealed, and its proof is right for @sigstore/verify', async () => {
  const evidence = await evidenceOf(app, ids[3] as string);
  expect(evidence).toMatchObject({ status: 'SEALED', leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const proof = evidence.proof as string;
  const checkpoint = proof.slice(proof.indexOf('\n\n') + 2);
  const key = readVkey(vkey);
  if (!key) throw new Error('no key');
  expect(key.name).toBe('erp.example.com/evidence/1');
  expect(acceptsCheckpoint(checkpoint, key.name, key.id, key.publicKey)).toBe(true);
  const head = readCheckpoint(openNote(checkpoint, [key]) as string);
  const hashes = proof.slice(0, proof.indexOf('\n\n')).split('\n').slice(3);
  expect(
    acceptsInclusion({
      content: Buffer.from(extraOf(proof).record),
      index: evidence.leafIndex as number,
      proof: hashes.map((hash) => Buffer.from(hash, 'base64')),
      size: head?.treeSize as number,
      root: head?.rootHash as Buffer,
    }),
  ).toBe(true);
  expect(await verify(proof, ['--key', vkey])).toMatchObject({ code: 0 });
});

test.each([
  ['two more line ends', (text: string) => `${text}\n\n`],
  ['no line end at its end', (text: string) => text.trimEnd()],
  ['line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark', (text: string) => `\ufeff${text}`],
])('a proof and a head that an editor left with %s are verified', async (_what, edit) => {
  const proof = (await evidenceOf(app, ids[3] as string)).proof as string;
  const head = proof.slice(proof.indexOf('\n\n') + 2);
  const options = ['--key', vkey, '--head', 'head.txt'];
  expect(await verify(edit(proof), options, { 'head.txt': edit(head) })).toMatchObject({ code: 0 });
});

test('readers of the log read its evidence, its proof only with the response, whose length it has; a publisher neither', async () => {
  const query = `{ webhookRequestLog(id: "${ids[0]}") { evidence { status proof } } }`;
  const evidence = async (role: Role) => {
    const { data } = await app.ask(query, {}, await app.keyFor(role));
    return data.webhookRequestLog.evidence;
  };
  expect(await evidence('SUPPORT')).toEqual({ status: 'SEALED', proof: null });
  await mutate(app, 'createMaskingRule', { roles: ['SUPPORT'], part: 'RESPONSE', path: '$', strategy: 'SHOW' });
  for (const role of ['SUPPORT', 'AUDITOR', 'INTEGRATION_MANAGER'] as const) {
    expect(await evidence(role)).toEqual({ status: 'SEALED', proof: expect.any(String) });
  }
  const { errors } = await app.ask(query, {}, await app.keyFor('PUBLISHER'));
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const support = await app.ask(EXPORT, { input: { rows: { ids }, reason: REASON } }, await app.keyFor('SUPPORT'));
  expect(support.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('audit entries are leaves of the same tree', async () => {
  const { leaves } = await waitFor('all audit entries to be sealed', async () => {
    const [row] = await app.database.query<{ entries: number; leaves: number }>(
      `select (select count(*)::int from audit_entries) as entries,
         (select count(*)::int from evidence_leaves where kind = 2) as leaves`,
    );
    return row && row.entries === row.leaves && row;
  });
  expect(leaves).toBeGreaterThan(0);
});

test('the verifier accepts a bundle in an empty folder, and names what was disclosed', async () => {
  const text = await exported({ disclose: ['BODY', 'REFERENCE'] });
  const verdict = await verify(text, ['--key', vkey]);
  expect(verdict).toMatchObject({
    code: 0,
    output: expect.stringContaining('VERIFIED 12 records, 24 disclosed parts'),
  });
  const json = JSON.parse((await verify(text, ['--key', vkey, '--json'])).output);
  expect(json).toMatchObject({ verified: true, origin: 'erp.example.com/evidence/1' });
  expect(json.rows[0]).toMatchObject({ record: { status: 'SUCCEEDED', v: 1 }, disclosed: ['body', 'reference'] });
});

test('what is not disclosed is not in the bundle: not as text, base64 or hex', async () => {
  const text = await exported({});
  const extras = JSON.parse(text)
    .proofs.map((proof: string) => JSON.stringify(extraOf(proof)))
    .join();
  for (const secret of [SECRET_NAME, 'grand_total', partner.url]) {
    const bytes = Buffer.from(secret);
    for (const form of [secret, bytes.toString('hex'), bytes.toString('base64').replace(/.{2}=*$/, '')]) {
      expect(text + extras).not.toContain(form);
    }
  }
  expect((await verify(text, ['--key', vkey])).code).toBe(0);
});

// each changes one thing of a bundle; the exit code says whether it is a false claim or cannot be checked
const MUTATIONS: [string, number, (text: string) => string][] = [
  ['the status', 1, (text) => mutateExtra(text, (extra) => extra.replace('SUCCEEDED', 'FAILED'))],
  ['a byte of a body', 1, (text) => mutateExtra(text, changeContent)],
  ['the index', 1, (text) => text.replace(/index (\d+)/, (_, n) => `index ${Number(n) + 1}`)],
  ['a hash that is dropped', 1, (text) => text.replace(/(index \d+\\n)[A-Za-z0-9+/=]+\\n/, '$1')],
  [
    'two hashes that are swapped',
    1,
    (text) => text.replace(/(index \d+\\n)([A-Za-z0-9+/=]+\\n)([A-Za-z0-9+/=]+\\n)/, '$1$3$2'),
  ],
  [
    'the size of the head',
    2,
    (text) => text.replace(/(evidence\/1\\n)(\d+)/, (_, name, n) => `${name}${Number(n) + 1}`),
  ],
  ['the signature that is removed', 2, (text) => text.replace(/— [^\\]+\\n/, '')],
  ['a record of another version', 2, (text) => mutateExtra(text, (extra) => extra.replace('\\"v\\":1', '\\"v\\":2'))],
  ['the format', 2, (text) => text.replace('bundle@v1', 'bundle@v2')],
  ['the end of the file', 2, (text) => text.slice(0, -200)],
  [
    'a field of the record that is doubled',
    1,
    (text) => mutateExtra(text, (extra) => extra.replace('{\\"attempt\\":1', '{\\"attempt\\":2,\\"attempt\\":1')),
  ],
];

function mutateExtra(text: string, change: (extra: string) => string): string {
  return text.replace(/extra ([A-Za-z0-9+/=]+)/, (_, extra) => {
    return `extra ${Buffer.from(change(Buffer.from(extra, 'base64').toString())).toString('base64')}`;
  });
}

function changeContent(extra: string): string {
  const parsed = JSON.parse(extra);
  const bytes = Buffer.from(parsed.parts.body.content, 'base64');
  bytes[0] = (bytes[0] as number) ^ 1;
  parsed.parts.body.content = bytes.toString('base64');
  return JSON.stringify(parsed);
}

test.each(MUTATIONS)('the verifier finds %s changed', async (_what, code, mutate) => {
  const text = await exported({ disclose: ['BODY'] });
  const changed = mutate(text);
  expect(changed).not.toBe(text);
  const verdict = await verify(changed, ['--key', vkey]);
  expect(verdict).toMatchObject({ code, output: expect.stringMatching(code === 1 ? /NOT VERIFIED/ : /CANNOT VERIFY/) });
});

test('without a key, with a wrong one, or with another key of the same name nothing is verified', async () => {
  const text = await exported({});
  const expectRefusal = (verdict: Verdict, why: RegExp) =>
    expect(verdict).toMatchObject({ code: 2, output: expect.stringMatching(why) });
  expectRefusal(await verify(text, []), /signed by erp\.example\.com.*another way/);
  expectRefusal(
    await verify(text, ['--key', 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k']),
    /not? .*signed by the given key/,
  );
  expectRefusal(await verify(text, ['--key', vkey.replace(/^[^+]+/, 'erp.example.com/evidence/2')]), /mistake/);
  expectRefusal(await verify('{}', ['--key', vkey]), /format/);
  expectRefusal(await verify('[1', ['--key', vkey]), /neither/);
});

test('an earlier head is proven to be a beginning of the tree, and a forged one is not', async () => {
  const { data } = await app.ask('{ evidenceHeads(first: 1) { nodes { treeSize checkpoint } } }');
  const [early] = data.evidenceHeads.nodes;
  await publish(app, [invoice('LATER-1')]);
  await sealedRequests(app, 13);
  const text = await exported({ earlierSizes: [early.treeSize] });
  const known = { 'known.txt': early.checkpoint };
  expect(await verify(text, ['--key', vkey, '--head', 'known.txt'], known)).toMatchObject({ code: 0 });
  const value = Buffer.from(early.checkpoint).toString('base64');
  for (const header of [value, `hookledger-head: ${value}`, `Hookledger-Head:${value}\r\n`]) {
    expect(await verify(text, ['--key', vkey, '--head', 'got.txt'], { 'got.txt': header })).toMatchObject({ code: 0 });
  }
  const without = await exported({});
  expect(await verify(without, ['--key', vkey, '--head', 'known.txt'], known)).toMatchObject({
    code: 2,
    output: expect.stringContaining(`earlierSizes: [${early.treeSize}]`),
  });
  const broken = text.replace(/("consistency": \[\s*")(.)/, (_, before, c) => `${before}${c === 'A' ? 'B' : 'A'}`);
  expect(await verify(broken, ['--key', vkey])).toMatchObject({
    code: 1,
    output: expect.stringMatching(/not shown to be a beginning of the tree: its proof is wrong, or the history/),
  });
});

test('the file of the verifier is served with its hash, and the newest head without a key', async () => {
  const served = await fetch(`${app.url}/evidence/verify.mjs`);
  const file = await readFile(join(__dirname, '../../src/evidence/verify-evidence.mjs'));
  expect(Buffer.from(await served.arrayBuffer()).equals(file)).toBe(true);
  expect(served.headers.get('x-sha256')).toBe(createHash('sha256').update(file).digest('hex'));
  const checkpoint = await (await fetch(`${app.url}/evidence/checkpoint`)).text();
  expect(checkpoint).toMatch(/^erp\.example\.com\/evidence\/1\n\d+\n/);
});

test('an export is recorded, and refused for faults of its input', async () => {
  const text = await exported({ disclose: ['URL'] });
  const [entry] = await app.database.query<{ reason: string; details: string }>(
    `select reason, details from audit_entries where action = 'evidence.exported' order by id desc limit 1`,
  );
  expect(JSON.parse(entry?.details ?? '')).toEqual({
    rows: 12,
    disclosed: ['URL'],
    sha256: createHash('sha256').update(text).digest('hex'),
  });
  expect(entry?.reason).toBe(REASON);
  const { data } = await app.ask(EXPORT, {
    input: { rows: { ids: [ids[0], ids[0], 'req_x'] }, reason: ' ', earlierSizes: [0.5] },
  });
  expect(data.exportEvidence.userErrors.map(({ field }: { field: string[] }) => field.join('.'))).toEqual([
    'rows.ids.1',
    'rows.ids.2',
    'earlierSizes.0',
    'reason',
  ]);
  for (const unstorable of ['\0', '\ud800']) {
    const refused = await app.ask(EXPORT, { input: { rows: { ids }, reason: REASON + unstorable } });
    expect(refused.data.exportEvidence.userErrors).toMatchObject([{ field: ['reason'], code: 'INVALID' }]);
  }
  const unknown = await app.ask(EXPORT, { input: { rows: { ids: [`req_${'0'.repeat(32)}`] }, reason: REASON } });
  expect(unknown.data.exportEvidence.userErrors[0]).toMatchObject({ code: 'NOT_FOUND', field: ['rows', 'ids', '0'] });
  const head = await app.ask(EXPORT, { input: { rows: { ids }, reason: REASON, earlierSizes: [999_999] } });
  expect(head.data.exportEvidence.userErrors[0]).toMatchObject({ code: 'NOT_FOUND', field: ['earlierSizes'] });
});

test('the state of the log is told, and sizes outside of the tree are refused', async () => {
  const { data } = await app.ask(
    '{ evidenceStatus { origin keys treeSize waitingCount oldestWaitingSeconds head { treeSize } } }',
  );
  expect(data.evidenceStatus).toMatchObject({ origin: 'erp.example.com/evidence/1', keys: [vkey] });
  const size = data.evidenceStatus.treeSize;
  const proof = await app.ask(`{ evidenceConsistency(from: 1, to: ${size}) }`);
  expect(proof.data.evidenceConsistency.length).toBeGreaterThan(1);
  for (const sizes of ['from: 0, to: 1', 'from: 2, to: 1', `from: 1, to: ${size + 1000}`, 'from: 1.5, to: 2']) {
    expect((await app.ask(`{ evidenceConsistency(${sizes}) }`)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
  expect((await app.ask('{ evidenceHeads(first: 0) { nodes { treeSize } } }')).errors?.[0]?.message).toContain(
    '1 to 100',
  );
});
