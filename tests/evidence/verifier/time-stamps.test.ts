// A time-stamp of a head that the auditor holds, or that the bundle has, in the verifier that is handed out: of the elliptic curves and RSA, as openssl makes them.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sender } from '../../../src/delivery/http/send';
import { timeStamp } from '../../../src/evidence/anchors/time-stamp';
import { checkTimeStamp, readCertificates } from '../../../src/evidence/formats/time-stamp-token';
import { makeAuthority, makeWitnessKey } from '../anchors/witness-and-authority';
import { verify } from '../sealing';
import { auditRecordWith, bundleOf, MadeLog } from './made-log';

const log = new MadeLog(
  'erp.example.com/evidence/1',
  [1, 2, 3, 4, 5].map((n) => auditRecordWith(`entry-${n}`, 'webhook.paused', '{}').record),
);
const head = log.head(3);
const cosigned = head + makeWitnessKey('witness.example.com/w1').cosign(head, 1_772_616_600);

interface Stamped {
  answer: Buffer;
  pem: string;
}

async function stamped(kind: 'ec' | 'rsa', text: string): Promise<Stamped> {
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-tsa-'));
  try {
    const authority = await makeAuthority(folder, kind);
    const pem = await readFile(join(folder, 'ca.pem'), 'utf8');
    const send = async ({ body }: { body: Buffer }) => ({ error: null, responseBody: await authority.answer(body) });
    const trusted = readCertificates(pem);
    const { answer } = await timeStamp(
      { send } as unknown as Sender,
      { url: 'http://tsa.example.com/', trusted },
      text,
    );
    return { answer, pem };
  } finally {
    await rm(folder, { recursive: true });
  }
}

let ec: Stamped;
let rsa: Stamped;
let text: string;
beforeAll(async () => {
  [ec, rsa] = [await stamped('ec', head), await stamped('rsa', head)];
  text = bundleOf([await log.proof(0), await log.proof(4)], { heads: [await log.earlier(3, 5)] });
});

const FILES = ['--head', 'head.txt', '--time-stamp', 'head.b64', '--tsa', 'tsa.pem'];
const checked = (stamp: string, pem: string, known = head, options = FILES) =>
  verify(text, ['--key', log.vkey, ...options], { 'head.txt': known, 'head.b64': stamp, 'tsa.pem': pem });

test.each(['ec', 'rsa'] as const)(
  'a right time-stamp with a key of %s says since when the leaves exist',
  async (kind) => {
    const { answer, pem } = kind === 'ec' ? ec : rsa;
    const { time } = checkTimeStamp(answer, head, readCertificates(pem));
    for (const known of [head, cosigned]) {
      const { code, output } = await checked(answer.toString('base64'), pem, known);
      expect(output).toContain(`the first 3 leaves existed at ${time.toISOString()}, says CN=Test TSA`);
      expect(output).toContain('not among them: entry-5 (leaf 4)');
      expect(code).toBe(0);
    }
  },
);

test('what is no time-stamp of this head by a trusted authority cannot be verified', async () => {
  const encoded = ec.answer.toString('base64');
  const edited = Buffer.from(ec.answer);
  edited[edited.length - 5] = (edited[edited.length - 5] as number) ^ 1;
  const cases: [stamp: string, pem: string, why: RegExp][] = [
    [encoded, rsa.pem, /no certificate of --tsa vouches/],
    [encoded, 'x', /no certificates in PEM/],
    [edited.toString('base64'), ec.pem, /its signature is wrong/],
    [ec.answer.subarray(0, 300).toString('base64'), ec.pem, /cut off/],
    ['', ec.pem, /cut off/],
    ['MAUwAwIBAg==', ec.pem, /refused/],
    ['hello, world', ec.pem, /wrong/],
  ];
  for (const [stamp, pem, why] of cases) {
    expect(await checked(stamp, pem)).toEqual({ code: 2, output: expect.stringMatching(why) });
  }
  const other = await stamped('ec', log.head(2));
  expect(await checked(other.answer.toString('base64'), other.pem)).toMatchObject({
    code: 2,
    output: expect.stringContaining('of another text'),
  });
  for (const options of [FILES.slice(0, 4), FILES.slice(2)]) {
    expect(await checked(encoded, ec.pem, head, options)).toMatchObject({
      code: 2,
      output: expect.stringContaining('belong together'),
    });
  }
});

const withStamps = async (timeStamps: unknown, pem = ec.pem) =>
  verify(bundleOf([await log.proof(0), await log.proof(1)], { timeStamps }), ['--key', log.vkey, '--tsa', 'tsa.pem'], {
    'tsa.pem': pem,
  });

test('a bundle says by its own time-stamp since when its records exist, under any certificate that the auditor trusts', async () => {
  const earlier = await log.earlier(3, 5);
  const stamps = [rsa, ec].map(({ answer }) => ({ ...earlier, answer: answer.toString('base64') }));
  for (const { pem, answer } of [ec, rsa]) {
    const { time } = checkTimeStamp(answer, head, readCertificates(pem));
    const { code, output } = await withStamps(stamps, pem);
    expect(output).toContain(`the first 3 leaves existed at ${time.toISOString()}, says CN=Test TSA`);
    expect(code).toBe(0);
  }
});

test('a bundle whose time-stamp is of another tree, of another text or of nothing says no time', async () => {
  const answer = ec.answer.toString('base64');
  const earlier = await log.earlier(3, 5);
  const other = new MadeLog(
    'other.example.com/evidence/1',
    ['x', 'y', 'z'].map((id) => auditRecordWith(id, 'x', '{}').record),
  );
  const cases: [stamps: unknown, why: RegExp][] = [
    [[{ ...earlier, consistency: earlier.consistency.slice(1), answer }], /not shown to be a beginning of the tree/],
    [[{ ...earlier, checkpoint: log.head(3, log.root(2)), answer }], /not shown to be a beginning of the tree/],
    [[{ ...earlier, checkpoint: other.head(3), answer }], /not shown to be a beginning of the tree/],
    [[{ ...(await log.earlier(2, 5)), answer }], /of another text/],
    [[{ ...earlier, checkpoint: `${head}— w AAAA\n`, answer }], /of another text/],
    [[{ ...earlier, answer: rsa.answer.toString('base64') }], /no certificate of --tsa vouches/],
    [[{ ...earlier, answer: 7 }], /a time-stamp is missing/],
    [[{}], /is missing or cut off/],
    [[null], /has not the form/],
    [[], /the bundle has no time-stamp/],
    [undefined, /the bundle has no time-stamp/],
  ];
  for (const [stamps, why] of cases) {
    expect(await withStamps(stamps)).toEqual({ code: 2, output: expect.stringMatching(why) });
  }
});
