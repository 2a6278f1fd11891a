// A witness (c2sp.org/tlog-witness) and a time-stamp authority (RFC 3161) to send heads to.
import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readCheckpoint } from '../../../src/evidence/formats/signed-note';
import type { Answer, ReceivedCall } from '../../support/receiver';

const run = promisify(execFile);

export interface WitnessKey {
  vkey: string;
  cosign(note: string, time: number): string;
}

export function makeWitnessKey(name: string): WitnessKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
  ]);
  const id = createHash('sha256').update(`${name}\n`).update(raw).digest().subarray(0, 4);
  return {
    vkey: `${name}+${id.toString('hex')}+${raw.toString('base64')}`,
    cosign(note, time) {
      const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), privateKey);
      const at = Buffer.alloc(8);
      at.writeBigUInt64BE(BigInt(time));
      return `— ${name} ${Buffer.concat([id, at, signature]).toString('base64')}\n`;
    },
  };
}

/** Answers as a witness does. It remembers the size that it cosigned last. */
export function witnessAnswers(key: WitnessKey, time = 1_772_616_600) {
  const seen = { size: 0 };
  const answer = ({ body, path }: ReceivedCall): Answer => {
    const text = body.toString();
    const end = text.indexOf('\n\n');
    const [old = '', ...proof] = text.slice(0, end).split('\n');
    const note = text.slice(end + 2);
    const head = readCheckpoint(note);
    if (!path.endsWith('/w/add-checkpoint') || !head) return { status: 400 };
    if (old !== `old ${seen.size}`) {
      return { status: 409, headers: { 'content-type': 'text/x.tlog.size' }, body: `${seen.size}\n` };
    }
    if (seen.size > 0 && seen.size < head.treeSize && proof.length === 0) return { status: 422 };
    seen.size = head.treeSize;
    return { body: key.cosign(note, time) };
  };
  return { seen, answer };
}

const CONFIG = `[tsa]
default_tsa = here
[here]
serial = $dir/serial
signer_cert = $dir/tsa.pem
signer_key = $dir/tsa.key
certs = $dir/ca.pem
signer_digest = $digest
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`;

export interface Authority {
  answer(query: Buffer): Promise<Buffer>;
  /** What `openssl ts -verify` says. @throws Error if it refuses */
  verify(data: string, answer: Buffer): Promise<string>;
}

const KEYS = {
  ec: { of: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], digest: 'sha256' },
  rsa: { of: ['-newkey', 'rsa:2048'], digest: 'sha512' },
};

/** A time-stamp authority of `openssl ts`, with files in `folder`: the certificate that issued its own is in `ca.pem`. */
export async function makeAuthority(folder: string, kind: keyof typeof KEYS = 'ec'): Promise<Authority> {
  const at = (name: string) => join(folder, name);
  const openssl = async (...args: string[]) => {
    const { stdout, stderr } = await run('openssl', args, { cwd: folder, env: { PATH: process.env.PATH } });
    return stdout + stderr;
  };
  await mkdir(folder, { recursive: true });
  await writeFile(at('tsa.cnf'), CONFIG.replaceAll('$dir', folder).replace('$digest', KEYS[kind].digest));
  await writeFile(at('serial'), '01\n');
  await writeFile(at('ext.cnf'), 'extendedKeyUsage = critical,timeStamping\n');
  const key = [...KEYS[kind].of, '-nodes'];
  await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test CA', '-days', '2');
  await openssl('req', ...key, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/CN=Test TSA');
  await openssl(
    ...['x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-extfile', 'ext.cnf', '-out', 'tsa.pem', '-days', '2'],
  );
  let count = 0;
  const fileOf = async (kind: string, content: string | Buffer) => {
    count += 1;
    await writeFile(at(`${count}.${kind}`), content);
    return `${count}.${kind}`;
  };
  return {
    async answer(query) {
      const file = await fileOf('tsq', query);
      await openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', file, '-out', `${file}.tsr`);
      const { stdout } = await run('cat', [at(`${file}.tsr`)], { encoding: 'buffer' });
      return stdout;
    },
    async verify(data, answer) {
      const [text, reply] = [await fileOf('txt', data), await fileOf('tsr', answer)];
      return openssl('ts', '-verify', '-data', text, '-in', reply, '-CAfile', 'ca.pem');
    },
  };
}
