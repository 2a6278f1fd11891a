// What a forger changes in proofs whose head is a true one: parts, hashes, keys that follow, and the number of signatures.
import { generateKeyPairSync } from 'node:crypto';
import { payloadDigest } from '../../../src/evidence/formats/salted-digests';
import { writeVkey } from '../../../src/evidence/formats/signed-note';
import { makeWitnessKey } from '../anchors/witness-and-authority';
import { verify } from '../sealing';
import { auditRecordWith, bundleOf, MadeLog, newKey, saltOf } from './made-log';

const OWN = 'erp.example.com/evidence/1';
const OTHER = 'bank.example.com/evidence/1';
const CANNOT = /^CANNOT VERIFY: [^\n]+\n$/;

test.each([
  ['the beginning of a part in the salt', 32 + 4],
  ['the end of the salt in the part', 31],
  ['the whole salt in the part', 0],
])('a proof with %s does not disclose what was recorded', async (_what, at) => {
  const { record, parts } = auditRecordWith('a', 'webhook.paused', 'not approved');
  const log = new MadeLog(OWN, [record]);
  const { salt, content } = parts.details;
  const hashed = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(content, 'base64')]);
  const divided = { salt: hashed.subarray(0, at).toString('base64'), content: hashed.subarray(at).toString('base64') };
  const verified = (details: object) =>
    log.proof(0, 1, { parts: { details } }).then((proof) => verify(proof, ['--key', log.vkey]));
  expect(await verified(parts.details)).toMatchObject({ code: 0 });
  expect(await verified(divided)).toMatchObject({
    code: 1,
    output: expect.stringContaining('details is not what was recorded'),
  });
});

test('the beginning of a body is shown as such', async () => {
  const bodySalt = Buffer.alloc(16, 1);
  const facts = { body: Buffer.from('the first'), bodySalt, byteLength: 90_000, contentType: 'text/plain' };
  const record = JSON.stringify({ content: { body: payloadDigest(facts) }, id: 'a', kind: 'event', v: 1 });
  const log = new MadeLog(OWN, [record]);
  const body = {
    salt: saltOf(bodySalt, 'body'),
    content: facts.body.toString('base64'),
    bytes: facts.byteLength,
    contentType: facts.contentType,
  };
  const proof = await log.proof(0, 1, { parts: { body } });
  expect(await verify(proof, ['--key', log.vkey, '--content'])).toMatchObject({
    code: 0,
    output: expect.stringContaining('\n  body, the first 9 of 90000 bytes:\n    the first\n'),
  });
  const { output } = await verify(proof, ['--key', log.vkey, '--content', '--json']);
  expect(JSON.parse(output).rows[0]).toMatchObject({ content: { body: body.content }, lengths: { body: 90_000 } });
});

test('hashes of another length are no proof', async () => {
  const log = new MadeLog(
    OWN,
    ['a', 'b', 'c'].map((id) => auditRecordWith(id, 'webhook.paused', '').record),
  );
  const proof = await log.proof(1, 3, { change: ([first, ...rest]) => [first?.subarray(1) as Buffer, ...rest] });
  expect(await verify(proof, ['--key', log.vkey])).toMatchObject({
    code: 2,
    output: expect.stringContaining('a hash of a proof has 31 bytes, not 32'),
  });
});

test.each([
  ['the key of another log', OWN, OTHER],
  ['the next key of another log that is trusted', OTHER, OTHER],
])('a log does not vouch for %s', async (_what, oldName, newName) => {
  const [own, other, thief] = [newKey(), newKey(), newKey()];
  const oldVkey = writeVkey(oldName, (oldName === OWN ? own : other).publicKey);
  const details = JSON.stringify({ oldVkey, newVkey: writeVkey(newName, thief.publicKey), compromisedAt: null });
  const { record, parts } = auditRecordWith('a', 'evidence.key_rotated', details);
  const rotations = [await new MadeLog(OWN, [record], own).proof(0, 1, { parts })];
  const forged = bundleOf([await new MadeLog(OTHER, [record], thief).proof(0)], { rotations });
  const trusted = ['--key', writeVkey(OWN, own.publicKey), '--key', writeVkey(OTHER, other.publicKey)];
  expect(await verify(forged, trusted)).toMatchObject({ code: 2, output: expect.stringMatching(CANNOT) });
});

test('a log vouches for its own next key', async () => {
  const [first, second] = [newKey(), newKey()];
  const [oldVkey, newVkey] = [writeVkey(OWN, first.publicKey), writeVkey(OWN, second.publicKey)];
  const details = JSON.stringify({ oldVkey, newVkey, compromisedAt: null });
  const { record, parts } = auditRecordWith('a', 'evidence.key_rotated', details);
  const rotations = [await new MadeLog(OWN, [record], first).proof(0, 1, { parts })];
  const proofs = [await new MadeLog(OWN, [record], second).proof(0)];
  expect(await verify(bundleOf(proofs, { rotations }), ['--key', oldVkey])).toMatchObject({ code: 0 });
});

test.each([
  [
    'the same witness under two names',
    (one: string) => `witness w1 ${one}\nwitness w2 ${one}\ngroup g 2 w1 w2`,
    'a key twice',
  ],
  [
    'a witness twice in a group',
    (one: string) => `witness w1 ${one}\ngroup g 2 w1 w1`,
    'w1 is a member of a group already',
  ],
  [
    'a witness in two groups',
    (one: string) => `witness w1 ${one}\ngroup g1 all w1\ngroup g 2 g1 w1`,
    'w1 is a member of a group already',
  ],
])('a policy in which %s counts twice is refused', async (_what, policyOf, why) => {
  const witness = makeWitnessKey('witness.example.com/w1');
  const log = new MadeLog(OWN, [auditRecordWith('a', 'webhook.paused', '').record]);
  const proof = await log.proof(0);
  const cosigned = proof + witness.cosign(log.head(1), 1_772_616_600);
  const checked = (lines: string) =>
    verify(cosigned, ['--policy', 'policy.txt'], { 'policy.txt': `log ${log.vkey}\n${lines}\n` });
  expect(await checked(`witness w1 ${witness.vkey}\nquorum w1`)).toMatchObject({ code: 0 });
  expect(await checked(`${policyOf(witness.vkey)}\nquorum g`)).toMatchObject({
    code: 2,
    output: expect.stringContaining(why),
  });
});

test('a known head of another log says nothing about a bundle, and no bundle has heads of two logs', async () => {
  const { record } = auditRecordWith('a', 'webhook.paused', '');
  const [own, restarted, other] = [OWN, OWN.replace(/1$/, '2'), OTHER].map((origin) => new MadeLog(origin, [record]));
  const keys = [own, restarted, other].flatMap((log) => ['--key', log?.vkey as string]);
  const proofs = await Promise.all([own, other].map((log) => log?.proof(0) as Promise<string>));
  const verifiedWith = (head: string) => verify(bundleOf(proofs.slice(0, 1)), [...keys, '--head', 'h'], { h: head });
  expect(await verifiedWith(restarted?.head(1) as string)).toMatchObject({ code: 0 });
  expect(await verifiedWith(other?.head(1, Buffer.alloc(32)) as string)).toMatchObject({
    code: 2,
    output: expect.stringContaining(`the known head is of the log ${OTHER}, and the bundle of the log ${OWN}`),
  });
  expect(await verify(bundleOf(proofs), keys)).toMatchObject({
    code: 2,
    output: expect.stringContaining('the proofs of the bundle have different heads'),
  });
});

test('a cosignature with an impossible time is none', async () => {
  const witness = makeWitnessKey('witness.example.com/w1');
  const log = new MadeLog(OWN, [auditRecordWith('a', 'webhook.paused', '').record]);
  const cosigned = (await log.proof(0)) + witness.cosign(log.head(1), Number.MAX_SAFE_INTEGER);
  const policy = { 'policy.txt': `log ${log.vkey}\nwitness w1 ${witness.vkey}\nquorum w1\n` };
  expect(await verify(cosigned, ['--policy', 'policy.txt'], policy)).toMatchObject({
    code: 2,
    output: expect.stringContaining('the head lacks the quorum w1 of the policy; cosigned by: none'),
  });
});

test('a head with signatures without end is refused', async () => {
  const log = new MadeLog(OWN, [auditRecordWith('a', 'webhook.paused', '').record]);
  const proof = await log.proof(0);
  const line = proof.slice(proof.lastIndexOf('\n\n') + 2);
  expect(await verify(proof + line.repeat(15), ['--key', log.vkey])).toMatchObject({ code: 0 });
  expect(await verify(proof + line.repeat(100), ['--key', log.vkey])).toMatchObject({
    code: 2,
    output: expect.stringContaining('a head has more than 100 signatures'),
  });
});

test.each([
  ['lists in lists without end', () => '['.repeat(20_000_000), 'neither a bundle nor a proof'],
  ['more than a bundle has', () => ' '.repeat(97 * 1024 * 1024), 'more than 96 MiB'],
  ['nothing', () => '', 'neither a bundle nor a proof'],
])('a file of %s cannot be verified', async (_what, textOf, why) => {
  const { publicKey } = generateKeyPairSync('ed25519');
  expect(await verify(textOf(), ['--key', writeVkey(OWN, publicKey)])).toMatchObject({
    code: 2,
    output: expect.stringContaining(why),
  });
});
