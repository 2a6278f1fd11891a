// Cosignatures of witnesses (c2sp.org/tlog-witness): a witness signs a head only if it contains the heads it saw before.
import type { Sender } from '../../delivery/http/send';
import { cosignatureOf, readWitnessVkey, type VerifierKey } from '../formats/signed-note';
import { consistencyProof, type ReadTile } from '../formats/tree-proofs';
import type { SignedHead } from '../head.store';

export interface Witness {
  key: VerifierKey;
  /** The submission prefix of the witness. */
  url: string;
}

const TIMEOUT_MS = 10_000;

/**
 * What the answers of c2sp.org/tlog-witness mean.
 * @param size of the tree that the witness cosigned last
 * @param treeSize of the head
 */
function refusalOf(status: number | null, size: number, treeSize: number): string | null {
  if (status === 403) {
    return 'The witness knows none of the keys that signed the head: give it the verifier keys (evidenceStatus { keys }).';
  }
  if (status === 404) {
    return 'The witness does not know the log: give it the origin and the verifier key (evidenceStatus { origin keys }).';
  }
  // 409 for the same size: with another root
  if (status === 422 || (status === 409 && size === treeSize)) {
    return `The head of ${size} leaves that the witness cosigned is not a beginning of the tree: there are two histories, or a stored hash of the tree was edited. Run verifyEvidence.`;
  }
  return null;
}

export interface Policy {
  /** Of all witnesses. */
  keys: VerifierKey[];
  /** Those that have an address. */
  witnesses: Witness[];
}

/**
 * The witnesses of a policy (c2sp.org/tlog-policy).
 * @throws Error that names the line
 */
export function readPolicy(policy: string): Policy {
  const keys: VerifierKey[] = [];
  const witnesses = policy.split('\n').flatMap((line, at): Witness[] => {
    const [keyword = '', , vkey = '', url] = line.trim().split(/[ \t]+/);
    if (['', 'log', 'group', 'quorum'].includes(keyword) || keyword.startsWith('#')) return [];
    const key = readWitnessVkey(vkey);
    if (keyword !== 'witness') throw new Error(`line ${at + 1} begins with ${JSON.stringify(keyword)}.`);
    if (!key) throw new Error(`line ${at + 1} has no verifier key of a witness with Ed25519 (type 4).`);
    if (keys.some(({ publicKey }) => publicKey.equals(key.publicKey))) {
      throw new Error(`line ${at + 1} has the key of a witness that an earlier line has, which would count twice.`);
    }
    keys.push(key);
    if (url === undefined) return [];
    if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
      throw new Error(`line ${at + 1} has no HTTP address: ${JSON.stringify(url)}.`);
    }
    return [{ key, url: url.replace(/\/+$/, '') }];
  });
  return { keys, witnesses };
}

/**
 * Asks for a cosignature.
 * @param from the size of the tree that the witness cosigned last, as far as it is known
 * @returns the line that the witness adds to the head @throws Error a sentence that says why there are none
 */
export async function cosign(
  sender: Sender,
  { key, url }: Witness,
  head: SignedHead,
  from: number,
  read: ReadTile,
): Promise<string> {
  const ask = async (size: number) => {
    const proof = size === 0 ? [] : await consistencyProof(size, head.treeSize, read);
    const lines = proof.map((hash) => `${hash.toString('base64')}\n`).join('');
    return sender.send({
      method: 'POST',
      url: `${url}/add-checkpoint`,
      headers: [
        ['content-type', 'text/plain; charset=utf-8'],
        ['user-agent', 'Hookledger'],
      ],
      body: Buffer.from(`old ${size}\n${lines}\n${head.checkpoint}`),
      timeoutMs: TIMEOUT_MS,
    });
  };
  let size = from;
  let answer = await ask(size);
  const known = sizeOf(answer.responseStatus === 409 ? answer.responseBody : null);
  if (known !== null && known !== from) {
    if (known > head.treeSize) {
      throw new Error(
        `The witness knows a head of ${known} leaves, and the tree has ${head.treeSize}: was the database restored?`,
      );
    }
    size = known;
    answer = await ask(size);
  }
  const why = refusalOf(answer.responseStatus, size, head.treeSize) ?? answer.error;
  if (why !== null) throw new Error(why);
  const line = cosignatureOf(head.checkpoint, answer.responseBody?.toString() ?? '', key);
  if (line === '') throw new Error('The answer of the witness has no right cosignature of its key.');
  return line;
}

function sizeOf(body: Buffer | null): number | null {
  const [, size] = /^(0|[1-9][0-9]{0,15})\n?$/.exec(body?.toString() ?? '') ?? [];
  return size === undefined ? null : Number(size);
}
