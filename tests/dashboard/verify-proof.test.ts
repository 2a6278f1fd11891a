// The check of a proof in the page, against proofs that are made here by the definitions of RFC 6962 and C2SP.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { verifyProof } from '../../dashboard/src/evidence/verify-proof';

const ORIGIN = 'ledger.example.com/evidence/1';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const RAW = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url')]);
const KEY_ID = sha256(Buffer.from(`${ORIGIN}\n`), RAW).subarray(0, 4);
const VKEY = `${ORIGIN}+${KEY_ID.toString('hex')}+${RAW.toString('base64')}`;

function sha256(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

const recordOf = (index: number) => JSON.stringify({ kind: 'request', n: index });
const leafOf = (index: number) => sha256(Buffer.of(0), Buffer.from(recordOf(index)));

// RFC 6962, sections 2.1 and 2.1.1
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}
function rootOf(from: number, size: number): Buffer {
  if (size === 1) return leafOf(from);
  const left = split(size);
  return sha256(Buffer.of(1), rootOf(from, left), rootOf(from + left, size - left));
}
function pathOf(index: number, from: number, size: number): Buffer[] {
  if (size === 1) return [];
  const left = split(size);
  return index < left
    ? [...pathOf(index, from, left), rootOf(from + left, size - left)]
    : [...pathOf(index - left, from + left, size - left), rootOf(from, left)];
}

interface Parts {
  record: string;
  index: string;
  hashes: Buffer[];
  size: string;
  root: Buffer;
}

function proofOf(parts: Parts, name = ORIGIN): string {
  const text = `${name}\n${parts.size}\n${parts.root.toString('base64')}\n`;
  const signature = Buffer.concat([KEY_ID, sign(null, Buffer.from(text), privateKey)]).toString('base64');
  return [
    'c2sp.org/tlog-proof@v1',
    `extra ${Buffer.from(JSON.stringify({ record: parts.record })).toString('base64')}`,
    `index ${parts.index}`,
    ...parts.hashes.map((hash) => hash.toString('base64')),
    '',
    `${text}\n— ${name} ${signature}\n`,
  ].join('\n');
}

function partsOf(index: number, size: number): Parts {
  const hashes = pathOf(index, 0, size);
  return { record: recordOf(index), index: String(index), hashes, size: String(size), root: rootOf(0, size) };
}

const verdictOf = async (proof: string, key = VKEY) => {
  const result = await verifyProof(proof, key);
  return result.verdict === 'VERIFIED' ? result.verdict : result.fault;
};

test('each leaf of the trees of 1 to 17 leaves is in its tree, and no other record is', async () => {
  for (let size = 1; size <= 17; size += 1) {
    for (let index = 0; index < size; index += 1) {
      const parts = partsOf(index, size);
      expect([size, index, await verdictOf(proofOf(parts))]).toEqual([size, index, 'VERIFIED']);
      expect(await verdictOf(proofOf({ ...parts, record: `${parts.record} ` }))).toBe('NOT_IN_TREE');
    }
  }
});

test('it says what was proven', async () => {
  expect(await verifyProof(proofOf(partsOf(3, 7)), ` ${VKEY}\n`)).toEqual({
    verdict: 'VERIFIED',
    facts: {
      origin: ORIGIN,
      treeSize: '7',
      leafIndex: '3',
      record: recordOf(3),
      leafHash: leafOf(3).toString('hex'),
    },
  });
});

test('a wrong place, a missing and a surplus hash are not in the tree', async () => {
  const parts = partsOf(3, 7);
  expect(await verdictOf(proofOf({ ...parts, index: '2' }))).toBe('NOT_IN_TREE');
  expect(await verdictOf(proofOf({ ...parts, index: '7' }))).toBe('OUTSIDE_TREE');
  expect(await verdictOf(proofOf({ ...parts, hashes: parts.hashes.slice(1) }))).toBe('NOT_IN_TREE');
  expect(await verdictOf(proofOf({ ...parts, hashes: [...parts.hashes, leafOf(1)] }))).toBe('NOT_IN_TREE');
});

test('a head that was changed after it was signed is not verified, nor one of another log', async () => {
  const proof = proofOf(partsOf(3, 7));
  expect(await verdictOf(proof.replace(`${ORIGIN}\n7\n`, `${ORIGIN}\n8\n`))).toBe('SIGNATURE');
  expect(await verdictOf(proofOf(partsOf(3, 7), 'ledger.example.com/evidence/2'))).toBe('OTHER_KEY');
});

test('the key of another log, and one with a mistake, say nothing', async () => {
  const proof = proofOf(partsOf(3, 7));
  const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x as string;
  const raw = Buffer.concat([Buffer.of(1), Buffer.from(other, 'base64url')]);
  const id = sha256(Buffer.from(`${ORIGIN}\n`), raw).subarray(0, 4);
  expect(await verdictOf(proof, `${ORIGIN}+${id.toString('hex')}+${raw.toString('base64')}`)).toBe('OTHER_KEY');
  for (const key of ['', 'x', VKEY.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), `${VKEY}A`]) {
    expect([key, await verdictOf(proof, key)]).toEqual([key, 'NO_KEY']);
  }
});

test.each([
  ['nothing', ''],
  ['no proof', 'c2sp.org/tlog-proof@v1\n\n'],
  ['an index that is no number', proofOf({ ...partsOf(3, 7), index: '03' })],
  ['a hash of another length', proofOf({ ...partsOf(3, 7), hashes: [Buffer.alloc(31)] })],
  ['more hashes than a tree has', proofOf({ ...partsOf(3, 7), hashes: Array(65).fill(Buffer.alloc(32)) })],
])('%s is no proof', async (_name, proof) => {
  expect(await verdictOf(proof)).toBe('NO_PROOF');
});
