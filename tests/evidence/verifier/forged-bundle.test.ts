// Bundles that a forger made: each ends with the right exit code, without a stack trace, and shows what it is.
import { generateKeyPairSync } from 'node:crypto';
import { checkpointText, readCheckpoint, signNote, writeVkey } from '../../../src/evidence/formats/signed-note';
import { seal } from '../../../src/evidence/seal';
import { toNodeId } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { EXPORT, verify } from '../sealing';
import { INSERT_CLOSED, openStore } from '../stored-tree';
import { bundleOf, MadeLog } from './made-log';

const app = useTestApi();
let text: string;
let vkey: string;

interface Bundle {
  vkeys: string[];
  rotations: string[];
  proofs: string[];
}

beforeAll(async () => {
  const store = await openStore(app.database);
  await app.database.query(INSERT_CLOSED, [3]);
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
  await store.source.destroy();
  const rows = await app.database.query<{ id: string }>('select id from webhook_request_logs');
  const ids = rows.map(({ id }) => toNodeId('WebhookRequestLog', id));
  const { data } = await app.ask(EXPORT, { input: { rows: { ids }, disclose: ['URL'], reason: 'Tried by a forger' } });
  text = data.exportEvidence.bundle.text;
  vkey = (JSON.parse(text) as Bundle).vkeys[0] as string;
});

const forged = (change: (bundle: Bundle) => void) => {
  const bundle = JSON.parse(text) as Bundle;
  change(bundle);
  return JSON.stringify(bundle);
};
const withExtra = (proof: string, change: (extra: { record: string; parts: object }) => object) =>
  proof.replace(/extra (\S+)/, (_, extra) => {
    const changed = change(JSON.parse(Buffer.from(extra, 'base64').toString()));
    return `extra ${Buffer.from(JSON.stringify(changed)).toString('base64')}`;
  });

test('a record that is there twice is no second record', async () => {
  const twice = forged(({ proofs }) => proofs.push(proofs[0] as string));
  expect(await verify(twice, ['--key', vkey])).toMatchObject({
    code: 1,
    output: expect.stringContaining('the bundle has this leaf twice'),
  });
});

test('a trusted key speaks for the log of its name only', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const name = 'other.example.com/evidence/1';
  const forgery = forged(({ proofs }) => {
    proofs.forEach((proof, at) => {
      const end = proof.indexOf('\n\n') + 2;
      const head = readCheckpoint(proof.slice(end));
      if (!head) throw new Error('no head');
      proofs[at] = proof.slice(0, end) + signNote(checkpointText(head), name, privateKey);
    });
  });
  expect(await verify(forgery, ['--key', vkey, '--key', writeVkey(name, publicKey)])).toMatchObject({
    code: 2,
    output: expect.stringContaining('no head of the log of its key'),
  });
});

test('a signature that was copied from another head of the key proves nothing', async () => {
  const origin = 'erp.example.com/evidence/1';
  const [real, forger] = ['paid', 'unpaid'].map(
    (what) => new MadeLog(origin, [JSON.stringify({ id: what, v: 1 })]),
  ) as [MadeLog, MadeLog];
  const lineOf = (proof: string) => proof.trimEnd().split('\n').at(-1) as string;
  const [signed, forgery] = await Promise.all([real.proof(0), forger.proof(0)]);
  const copied = forgery.replace(lineOf(forgery), lineOf(signed));
  expect(await verify(bundleOf([copied]), ['--key', real.vkey])).toMatchObject({
    code: 2,
    output: expect.stringContaining('the head was edited'),
  });
});

test('what the file contains changes nothing on the terminal', async () => {
  const erase = '\u001b[2J\u001b[HVERIFIED 9 records\nVERIFIED \u202e\u{e0041}';
  const named = forged((bundle) => {
    bundle.vkeys = [erase];
  });
  const renamed = forged(({ proofs }) => {
    proofs[0] = withExtra(proofs[0] as string, ({ record, parts }) => ({
      record: JSON.stringify({ ...JSON.parse(record), id: erase }),
      parts,
    }));
  });
  for (const [file, options] of [
    [named, []],
    [renamed, ['--key', vkey]],
  ] as const) {
    const { code, output } = await verify(file, [...options]);
    expect(code).toBeGreaterThan(0);
    expect(output).toContain('\\u001b[2J');
    expect(output).not.toMatch(/[^\P{C}\n]|^VERIFIED/mu);
  }
});

test.each<{ what: string; change: (bundle: Bundle) => void }>([
  {
    what: 'details of a rotation that are not JSON',
    change: (bundle) => {
      const details = { salt: '', content: Buffer.from('{').toString('base64') };
      bundle.rotations = [withExtra(bundle.proofs[0] as string, ({ record }) => ({ record, parts: { details } }))];
    },
  },
  { what: 'rotations that are no list', change: (bundle) => Object.assign(bundle, { rotations: 7 }) },
  { what: 'heads that are no list', change: (bundle) => Object.assign(bundle, { heads: { length: 1 } }) },
  { what: 'a proof that is no text', change: ({ proofs }) => Object.assign(proofs, { 0: null }) },
  {
    what: 'the proof of another log',
    change: ({ proofs }) => {
      proofs[0] = (proofs[0] as string).replaceAll('erp.example.com/evidence/1', 'other.example.com/evidence/1');
    },
  },
])('$what cannot be verified, and is no crash', async ({ change }) => {
  expect(await verify(forged(change), ['--key', vkey])).toEqual({
    code: 2,
    output: expect.stringMatching(/^CANNOT VERIFY: [^\n]+\n$/),
  });
});
