#!/usr/bin/env node
// Checks evidence of Hookledger offline: node verify-evidence.mjs bundle.json --key '<vkey>'
// One file without dependencies, for Node 20 and later. It reads the files that it is given, and nothing else.
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parseArgs } from 'node:util';

const HELP = `node verify-evidence.mjs FILE --key VKEY [--key VKEY] [--policy FILE] [--head FILE] [--tsa FILE] [--time-stamp FILE]
    [--content] [--json]

  FILE         a bundle of exportEvidence, or one proof (c2sp.org/tlog-proof@v1)
  --key VKEY   the verifier key of the log; ask for it by another way than you got FILE
  --policy FILE  a trust policy (c2sp.org/tlog-policy): keys of logs, witnesses, and the quorum that must have cosigned the head
  --head FILE  a signed head that you got earlier, or the header hookledger-head of a request: it must be a beginning of the tree
  --time-stamp FILE  with --head and --tsa: the answer of a time-stamp authority (RFC 3161) about that head, as it came or in base64
  --tsa FILE   certificates in PEM that vouch for the authority; without --time-stamp, it is that of the time-stamp in the bundle
  --content    print the disclosed parts too, once they are verified; with --json, in base64, and their lengths: of a body that was
               too long to be kept, only the beginning is there
  --json       print the result as JSON

Exit: 0 verified, 1 not verified, 2 cannot be verified (no or another key, a file that cannot be read).
`;

const BUNDLE_FORMAT = 'hookledger-evidence-bundle@v1';
const PROOF_FORMAT = 'c2sp.org/tlog-proof@v1';
/** The parts of the content of a record, by kind and version. */
const KNOWN_RECORDS = {
  'request 1': [
    'body',
    'error',
    'headers',
    'reference',
    'remoteAddress',
    'response',
    'responseHeaders',
    'url',
    'wireBody',
  ],
  'audit 1': ['criteria', 'details', 'identityIssuer', 'identitySubject', 'reason', 'remoteAddress', 'userAgent'],
  'event 1': ['body', 'idempotencyKey', 'reference', 'remoteAddress'],
  'decision 1': ['message'],
  'name 1': ['fullName', 'name'],
};

/** The first letters of ids in the API. */
const PREFIXES = new Map(
  Object.entries({ request: 'req', event: 'evt', audit: 'aud', decision: 'dlv', User: 'usr', Webhook: 'whk' }),
);

/** A bundle has at most 64 MiB of proofs. */
const MAX_BYTES = 96 * 1024 * 1024;
/** Lists and objects in a JSON text: to parse millions, each in the other, would take gigabytes of memory. */
const MAX_NESTED = 10_000;
/** Signatures of a head: each is verified. */
const MAX_SIGNATURES = 100;
const MAX_TIME_STAMPS = 10;
const HASH_BYTES = 32;
/** The year 9999. A witness with another clock says nothing about the time. */
const MAX_SECONDS = 253_402_300_799n;

/** The file, the key or the format: it cannot be said whether the evidence is true. */
class CannotVerify extends Error {}

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

function base64(text, what) {
  if (typeof text !== 'string') throw new CannotVerify(`${what} is missing`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new CannotVerify(`${what} is not base64`);
  return bytes;
}

// every hash of a tree has this length: another division of what is hashed would be another tree
function readHash(text, what) {
  const hash = base64(text, what);
  if (hash.length !== HASH_BYTES) throw new CannotVerify(`${what} has ${hash.length} bytes, not ${HASH_BYTES}`);
  return hash;
}

function parseJson(text, fault) {
  if (typeof text !== 'string') throw new CannotVerify(fault);
  let nested = 0;
  for (let at = 0; at < text.length && nested <= MAX_NESTED; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5b || unit === 0x7b) nested += 1;
  }
  try {
    if (nested <= MAX_NESTED) return JSON.parse(text);
  } catch {
    // said below
  }
  throw new CannotVerify(fault);
}

// c2sp.org/signed-note: name+id+key; the type of the key of a log is 1, that of a witness 4
function readKey(vkey, type = 1) {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(vkey.trim()) ?? [];
  const raw = Buffer.from(encoded ?? '', 'base64');
  if (raw.length !== 33 || raw[0] !== type)
    throw new CannotVerify(`no Ed25519 verifier key of type ${type}: ${JSON.stringify(vkey)}`);
  if (
    sha256(Buffer.from(`${name}\n`), raw)
      .subarray(0, 4)
      .toString('hex') !== id
  ) {
    throw new CannotVerify(`a verifier key has a mistake: its name, id and key do not belong together: ${vkey}`);
  }
  const x = raw.subarray(1).toString('base64url');
  return { name, id, publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}

// c2sp.org/tlog-policy
function readPolicy(text) {
  const logs = [];
  const members = new Map();
  // so that no witness counts twice
  const grouped = new Set();
  const rawKeys = new Set();
  let quorum = null;
  const wrong = (line, why) => {
    throw new CannotVerify(`the policy has a wrong line (${why}): ${line}`);
  };
  for (const line of text.split('\n')) {
    const [keyword, name, ...rest] = line.trim().split(/[ \t]+/);
    if (keyword === '' || keyword.startsWith('#')) continue;
    const newKey = (vkey, type) => {
      const key = readKey(vkey, type);
      const raw = key.publicKey.export({ format: 'jwk' }).x;
      if (rawKeys.has(`${keyword} ${raw}`)) wrong(line, 'a key twice');
      rawKeys.add(`${keyword} ${raw}`);
      return key;
    };
    if (keyword === 'log') logs.push(newKey(name ?? '', 1));
    else if (keyword === 'witness' || keyword === 'group') {
      if (name === 'none' || members.has(name) || rest.length === 0) wrong(line, 'a name twice, or nothing after it');
      if (keyword === 'witness') members.set(name, { key: newKey(rest[0], 4) });
      else {
        const [rule, ...of] = rest;
        const needed = rule === 'all' ? of.length : rule === 'any' ? 1 : /^[1-9][0-9]*$/.test(rule) ? Number(rule) : 0;
        if (of.length === 0 || needed < 1 || needed > of.length || of.some((each) => !members.has(each)))
          wrong(line, 'its members or their number');
        for (const each of of) {
          if (grouped.has(each)) wrong(line, `${each} is a member of a group already`);
          grouped.add(each);
        }
        members.set(name, { needed, of });
      }
    } else if (keyword === 'quorum') {
      if (quorum !== null || (name !== 'none' && !members.has(name)))
        wrong(line, 'a second quorum, or an unknown name');
      quorum = name;
    } else wrong(line, 'an unknown word');
  }
  if (quorum === null) throw new CannotVerify('the policy has no quorum');
  return { logs, members, quorum };
}

/** The text of a signed note (c2sp.org/signed-note), and its signatures: the id of the key and what it signed with. */
function readNote(note) {
  const end = typeof note === 'string' ? note.lastIndexOf('\n\n') : -1;
  if (end < 0 || !note.endsWith('\n')) throw new CannotVerify('a signed head is missing or cut off');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw new CannotVerify(`a head has more than ${MAX_SIGNATURES} signatures`);
  const signatures = lines.flatMap((line) => {
    const [, name, encoded] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    if (name === undefined) return [];
    const bytes = Buffer.from(encoded, 'base64');
    return [{ name, id: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) }];
  });
  return { text: note.slice(0, end + 1), signatures };
}

/** The witnesses of the policy that have cosigned a note (c2sp.org/tlog-cosignature), with their times. */
function cosignersOf(note, { members }) {
  const { text, signatures } = readNote(note);
  const found = new Map();
  for (const { name: of, id, bytes } of signatures) {
    if (bytes.length !== 8 + 64) continue;
    for (const [name, { key }] of members) {
      if (key?.name !== of || key.id !== id) continue;
      const time = bytes.readBigUInt64BE(0);
      if (time > MAX_SECONDS) continue;
      if (verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key.publicKey, bytes.subarray(8)))
        found.set(name, new Date(Number(time) * 1000).toISOString());
    }
  }
  return found;
}

/** @returns the cosigners by name, with their times */
function checkQuorum(note, policy) {
  const cosigners = cosignersOf(note, policy);
  const holds = (name) => {
    const { needed, of } = policy.members.get(name);
    return of ? of.filter(holds).length >= needed : cosigners.has(name);
  };
  if (policy.quorum !== 'none' && !holds(policy.quorum)) {
    const names = [...cosigners.keys()].join(', ') || 'none';
    throw new CannotVerify(`the head lacks the quorum ${policy.quorum} of the policy; cosigned by: ${names}`);
  }
  return Object.fromEntries(cosigners);
}

/** A head whose signature is right. Signatures of other keys are ignored. */
function openCheckpoint(note, keys) {
  const { text, signatures } = readNote(note);
  const signers = new Set();
  for (const { name: of, id, bytes } of signatures) {
    const key = keys.find((each) => each.name === of && each.id === id);
    if (!key) continue;
    if (!verify(null, Buffer.from(text), key.publicKey, bytes)) {
      throw new CannotVerify(`the signature of ${key.name} under a head is wrong: the head was edited`);
    }
    signers.add(key.name);
  }
  if (signers.size === 0) {
    const names = signatures.map(({ name }) => name).join(', ');
    throw new CannotVerify(`no head is signed by the given key; signatures: ${names || 'none'}`);
  }
  const head = readHead(text);
  // a key is valid for the log of its name, and for no other
  if (head === null || !signers.has(head.origin))
    throw new CannotVerify('a signed text is no head of the log of its key');
  return head;
}

/** null: the text is no head. */
function readHead(text) {
  const [, origin, size, root] = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n/.exec(text) ?? [];
  return root ? { origin, size: Number(size), root: Buffer.from(root, 'base64') } : null;
}

// RFC 9162, section 2.1.3.2; null: the proof has another length than this place in the tree needs
function rootByInclusion(index, size, leaf, proof) {
  if (index >= size) return null;
  let [position, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return null;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

// RFC 9162, section 2.1.4.2
function isBeginning(first, second, proof) {
  if (first.size > second.size || first.size < 1) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  let [position, last] = [first.size - 1, second.size - 1];
  while (position % 2 === 1) [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  const [start, ...rest] = position === 0 ? [first.root, ...proof] : proof;
  if (!start) return false;
  let [one, other] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      [one, other] = [nodeHash(sibling, one), nodeHash(sibling, other)];
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      other = nodeHash(other, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 && one.equals(first.root) && other.equals(second.root);
}

function readProof(text) {
  const end = typeof text === 'string' ? text.indexOf('\n\n') : -1;
  const [format, extra, index, ...hashes] = end < 0 ? [] : text.slice(0, end).split('\n');
  if (format !== PROOF_FORMAT) throw new CannotVerify(`a proof is not of the format ${PROOF_FORMAT}`);
  const at = /^index (0|[1-9][0-9]{0,15})$/.exec(index ?? '')?.[1];
  if (at === undefined || !extra?.startsWith('extra ')) throw new CannotVerify('a proof lacks its record or its index');
  const content = parseJson(
    base64(extra.slice(6), 'the record of a proof').toString('utf8'),
    'the record of a proof is not JSON',
  );
  return {
    record: content?.record,
    parts: content?.parts ?? {},
    index: Number(at),
    hashes: hashes.map((hash) => readHash(hash, 'a hash of a proof')),
    checkpoint: text.slice(end + 2),
  };
}

/** The record as an object. Its text is what was sealed, so it must be the only text of this object. */
function readRecord(text) {
  const record = parseJson(text, 'a record is not JSON');
  if (!KNOWN_RECORDS[`${record?.kind} ${record?.v}`]) {
    throw new CannotVerify(`a record has an unknown kind or version: ${JSON.stringify([record?.kind, record?.v])}`);
  }
  return record;
}

/** An id as the API shows it. */
function nodeId(prefix, uuid) {
  const isUuid = prefix !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid);
  return isUuid ? `${prefix}_${uuid.replaceAll('-', '')}` : (uuid ?? null);
}

/** The id by which the API finds what a record is about: a decision by its delivery, a name by its user or webhook. */
function idOf({ kind, id, delivery, subjectId, subjectType }) {
  if (kind === 'name') return nodeId(PREFIXES.get(subjectType), subjectId);
  return nodeId(PREFIXES.get(kind), kind === 'decision' ? delivery : id);
}

/** The users and webhooks that a record names, by their UUIDs. */
function subjectsOf(record) {
  const { kind, user, publishedBy, webhook, actor, subjectType, subjectId } = record;
  const named = kind === 'audit' ? [actor, PREFIXES.get(subjectType) && subjectId] : [user, publishedBy, webhook];
  return [...new Set(named.filter((id) => typeof id === 'string'))];
}

/**
 * The digest of a payload contains its length and its type too.
 * @returns null if the salt has another length: the end of the salt and the beginning of the content could stand for each other
 */
function digestOf(name, part) {
  const salt = base64(part?.salt, `the salt of ${name}`);
  const content = base64(part?.content, `the content of ${name}`);
  if (salt.length !== HASH_BYTES) return null;
  const digest = sha256(salt, content).toString('hex');
  if (name !== 'body' && name !== 'wireBody') return digest;
  const payload = { bytes: part.bytes, content: digest, contentType: part.contentType };
  return sha256(Buffer.from(JSON.stringify(payload))).toString('hex');
}

function checkProof(text, keys) {
  const proof = readProof(text);
  const head = openCheckpoint(proof.checkpoint, keys);
  const record = readRecord(proof.record);
  const findings = [];
  const find = (problem) => findings.push({ id: idOf(record), leaf: proof.index, problem });
  if (JSON.stringify(record) !== proof.record) find('the record is not in its canonical form');
  const root = rootByInclusion(
    proof.index,
    head.size,
    sha256(Buffer.from([0]), Buffer.from(proof.record)),
    proof.hashes,
  );
  if (!root?.equals(head.root)) find('the record is not in the tree: it, its place or its proof was changed');
  const names = KNOWN_RECORDS[`${record.kind} ${record.v}`];
  for (const [name, part] of Object.entries(proof.parts)) {
    const digest = digestOf(name, part);
    if (!names.includes(name) || digest === null || record.content?.[name] !== digest)
      find(`${name} is not what was recorded`);
  }
  // a payload may be only the beginning of a body that was longer
  const contents = Object.entries(proof.parts).map(([name, part]) => {
    const bytes = base64(part.content, `the content of ${name}`);
    return { name, bytes, length: part.bytes ?? bytes.length };
  });
  return { record, index: proof.index, parts: Object.keys(proof.parts), contents, head, findings };
}

function check(text, keys, policy, knownHead, authorities) {
  const isProof = text.startsWith(PROOF_FORMAT);
  let bundle = { format: BUNDLE_FORMAT, heads: [], proofs: [text] };
  if (!isProof) {
    bundle = parseJson(text, 'the file is neither a bundle nor a proof');
    if (bundle?.format !== BUNDLE_FORMAT) throw new CannotVerify(`the file is not of the format ${BUNDLE_FORMAT}`);
  }
  if (!Array.isArray(bundle.proofs) || bundle.proofs.length === 0) throw new CannotVerify('the bundle has no proofs');
  if (keys.length === 0) {
    const signers = (bundle.vkeys ?? []).map(String).join(' ') || 'its log';
    throw new CannotVerify(
      `no --key. The file says it was signed by ${signers}. Ask for that key by another way than you got the file.`,
    );
  }
  const learned = learnKeys(bundle.rotations ?? [], keys);
  const rows = bundle.proofs.map((proof) => checkProof(proof, keys));
  const names = (bundle.names ?? []).map((proof) => checkProof(proof, keys));
  if (names.some(({ record }) => record.kind !== 'name')) throw new CannotVerify('a name of the bundle is no name');
  const findings = [...rows, ...names].flatMap((row) => row.findings);
  const { head } = rows[0];
  const leaves = new Set();
  for (const { record, index } of [...rows, ...names]) {
    if (leaves.has(index)) findings.push({ id: idOf(record), leaf: index, problem: 'the bundle has this leaf twice' });
    leaves.add(index);
  }
  const isHead = ({ origin, size, root }) => origin === head.origin && size === head.size && root.equals(head.root);
  if (![...rows, ...names].every((row) => isHead(row.head))) {
    throw new CannotVerify('the proofs of the bundle have different heads');
  }
  const witnessed = policy === null ? {} : checkQuorum(readProof(bundle.proofs[0]).checkpoint, policy);
  const earlier = (bundle.heads ?? []).map(({ checkpoint, consistency }) => ({
    ...openCheckpoint(checkpoint, keys),
    proof: (consistency ?? []).map((hash) => readHash(hash, 'a hash of a consistency proof')),
  }));
  const find = (problem) => findings.push({ id: null, leaf: null, problem });
  for (const each of earlier) {
    if (!isBeginning(each, head, each.proof))
      find(
        `the head of ${each.size} leaves is not shown to be a beginning of the tree: its proof is wrong, or the history`,
      );
  }
  if (knownHead !== null) checkKnownHead(openCheckpoint(knownHead, keys), head, earlier, find);
  const stamped = authorities === null ? null : checkOwnTimeStamps(bundle.timeStamps, head, authorities);
  return { rows: withNames(rows, names), findings, head, witnessed, learned, earlier: earlier.length, stamped };
}

/** Each row with the newest name before it, among those of the bundle, of each user and webhook that it names. */
function withNames(rows, names) {
  const bySubject = new Map();
  const disclosed = [...names, ...rows.filter(({ record }) => record.kind === 'name')];
  for (const name of disclosed.sort((one, other) => one.index - other.index)) {
    const { subjectId } = name.record;
    bySubject.set(subjectId, [...(bySubject.get(subjectId) ?? []), name]);
  }
  return rows.map((row) => {
    const found = subjectsOf(row.record).flatMap((subject) => {
      const all = bySubject.get(subject) ?? [];
      return all.findLast(({ index }) => index < row.index) ?? all.slice(0, 1);
    });
    return { ...row, names: found.map(shownName) };
  });
}

function shownName({ record, index, contents }) {
  const textOf = (part) => contents.find(({ name }) => name === part)?.bytes.toString('utf8') ?? null;
  const { number, at } = record;
  return { id: idOf(record), name: textOf('name'), fullName: textOf('fullName'), number, at, leaf: index };
}

/** A sealed entry under a head that a known key has signed names the key that follows it. It is added to the known ones. */
function learnKeys(rotations, keys) {
  const learned = [];
  for (const text of rotations) {
    const proof = readProof(text);
    const { details } = proof.parts;
    const { oldVkey, newVkey, compromisedAt } = details
      ? parseJson(
          base64(details.content, 'the details of a rotation').toString('utf8'),
          'the details of a rotation are not JSON',
        )
      : {};
    const isKnown = (vkey) => keys.some(({ name, id }) => vkey?.startsWith(`${name}+${id}+`));
    // a key that others may have had vouches for nothing
    if (!isKnown(oldVkey) || isKnown(newVkey) || compromisedAt !== null) continue;
    const { record, findings, head } = checkProof(text, keys);
    if (findings.length > 0 || record.kind !== 'audit' || record.action !== 'evidence.key_rotated') continue;
    const next = readKey(newVkey);
    // a log speaks for its own keys, and for those of no other log
    if (next.name !== head.origin || !oldVkey.startsWith(`${head.origin}+`)) continue;
    keys.push(next);
    learned.push(newVkey);
  }
  return learned;
}

// a log that was restarted has the next number, and the same leaves
const hostOf = (origin) => origin.replace(/\/evidence\/[0-9]+$/, '');

function checkKnownHead(known, head, earlier, find) {
  if (hostOf(known.origin) !== hostOf(head.origin))
    throw new CannotVerify(`the known head is of the log ${known.origin}, and the bundle of the log ${head.origin}`);
  const same = [head, ...earlier].find(({ size }) => size === known.size);
  if (!same) {
    throw new CannotVerify(
      known.size > head.size
        ? `the bundle is older than the known head of ${known.size} leaves`
        : `the bundle has no proof for the known head: export it with earlierSizes: [${known.size}]`,
    );
  }
  if (!same.root.equals(known.root)) find(`FORKED: the log signed two different trees of ${known.size} leaves`);
}

// RFC 3161 and RFC 5652, in DER. Each throws CannotVerify, as a file does that is none of it.
const DER = { sequence: 0x30, set: 0x31, integer: 0x02, octets: 0x04, oid: 0x06, time: 0x18, context0: 0xa0 };
const OID = {
  signedData: '06092a864886f70d010702',
  tstInfo: '060b2a864886f70d0109100104',
  contentType: '06092a864886f70d010903',
  messageDigest: '06092a864886f70d010904',
  signingCertificate: '060b2a864886f70d010910020c',
  signingCertificateV2: '060b2a864886f70d010910022f',
};
const HASH_OIDS = {
  '0609608648016503040201': 'sha256',
  '0609608648016503040202': 'sha384',
  '0609608648016503040203': 'sha512',
};
/** null: RSA with the hash of the signed attributes. */
const SIGNATURE_OIDS = {
  '06092a864886f70d010101': null,
  '06092a864886f70d01010b': 'sha256',
  '06092a864886f70d01010c': 'sha384',
  '06092a864886f70d01010d': 'sha512',
  '06082a8648ce3d040302': 'sha256',
  '06082a8648ce3d040303': 'sha384',
  '06082a8648ce3d040304': 'sha512',
};
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const MAX_CERTIFICATES = 20;
const MAX_CHAIN = 8;

const noTimeStamp = (why) => new CannotVerify(`the time-stamp is none of RFC 3161, or is wrong: ${why}`);

function splitDer(bytes) {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw noTimeStamp('a value is cut off');
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 3 || first === 0x80 || bytes.length < 2 + more) throw noTimeStamp('a length is none');
  const end = 2 + more + (more === 0 ? first : bytes.readUIntBE(2, more));
  if (end > bytes.length) throw noTimeStamp('a value is cut off');
  return [{ tag, whole: bytes.subarray(0, end), content: bytes.subarray(2 + more, end) }, bytes.subarray(end)];
}

function derValues({ content }) {
  const values = [];
  for (let rest = content; rest.length > 0; ) {
    const [value, after] = splitDer(rest);
    values.push(value);
    rest = after;
  }
  return values;
}

function der(value, tag) {
  if (value?.tag !== tag) throw noTimeStamp('there is another value than expected');
  return value;
}

function wholeDer(bytes, tag) {
  const [value, rest] = splitDer(bytes);
  if (rest.length > 0) throw noTimeStamp('there are bytes after it');
  return der(value, tag);
}

const hexOf = ({ whole }) => whole.toString('hex');
const oidIn = (algorithm) => hexOf(der(derValues(der(algorithm, DER.sequence))[0], DER.oid));

/** @returns when the text existed, and the subject of the certificate that says so */
function checkTimeStamp(answer, text, trusted) {
  const [info, token] = derValues(wholeDer(answer, DER.sequence));
  const status = der(derValues(der(info, DER.sequence))[0], DER.integer).content;
  if (status.length !== 1 || status[0] > 1) throw noTimeStamp('the authority refused it');
  const [type, wrapped] = derValues(der(token, DER.sequence));
  if (hexOf(der(type, DER.oid)) !== OID.signedData) throw noTimeStamp('it is not signed');
  const signedData = derValues(der(derValues(der(wrapped, DER.context0))[0], DER.sequence));
  const [contentType, content] = derValues(der(signedData[2], DER.sequence));
  if (hexOf(der(contentType, DER.oid)) !== OID.tstInfo) throw noTimeStamp('it says no time');
  const stamped = der(derValues(der(content, DER.context0))[0], DER.octets).content;
  const time = stampedTime(stamped, sha256(Buffer.from(text)));
  const signers = derValues(der(signedData.at(-1), DER.set));
  if (signers.length !== 1) throw noTimeStamp('it has not one signature');
  const inside = signedData.slice(3, -1).filter(({ tag }) => tag === DER.context0);
  const certificates = inside.flatMap((set) => derValues(set).slice(0, MAX_CERTIFICATES)).flatMap(certificateIn);
  const signer = timeStampSigner(derValues(der(signers[0], DER.sequence)), stamped, [...certificates, ...trusted]);
  if (signer.keyUsage?.length !== 1 || signer.keyUsage[0] !== TIME_STAMPING) {
    throw noTimeStamp('its certificate is not for time-stamps alone');
  }
  const by = signer.subject.replaceAll('\n', ', ');
  if (!isTrustedAt(signer, time, certificates, trusted)) {
    throw new CannotVerify(`the time-stamp is signed by ${by}, for which no certificate of --tsa vouches at its time`);
  }
  return { time: time.toISOString(), by };
}

function stampedTime(info, imprint) {
  const [, , hashed, , time] = derValues(wholeDer(info, DER.sequence));
  const [algorithm, hash] = derValues(der(hashed, DER.sequence));
  if (HASH_OIDS[oidIn(algorithm)] !== 'sha256' || !der(hash, DER.octets).content.equals(imprint)) {
    throw new CannotVerify(
      'the time-stamp is of another text than the head, which it covers without lines of witnesses',
    );
  }
  const written = der(time, DER.time).content.toString('latin1');
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(written) ?? [];
  const [year, month, day, hour, minute, second, fraction = ''] = parts;
  const read = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  if (Number.isNaN(read.getTime())) throw noTimeStamp('its time is none');
  return read;
}

function certificateIn({ whole, tag }) {
  if (tag !== DER.sequence) return [];
  try {
    return [new X509Certificate(whole)];
  } catch {
    throw noTimeStamp('a certificate cannot be read');
  }
}

/** The certificate whose key signed the attributes, which contain the hash of what was stamped and that of the certificate. */
function timeStampSigner([, , digestAlgorithm, attributes, signatureAlgorithm, signature], info, certificates) {
  const digest = HASH_OIDS[oidIn(digestAlgorithm)];
  const algorithm = SIGNATURE_OIDS[oidIn(signatureAlgorithm)];
  if (digest === undefined || algorithm === undefined) throw noTimeStamp('its algorithm is not supported');
  const signed = der(attributes, DER.context0);
  const attribute = (type) => {
    const found = derValues(signed)
      .map(derValues)
      .filter(([oid]) => oid && hexOf(oid) === type);
    const values = found[0]?.[1] ? derValues(der(found[0][1], DER.set)) : [];
    if (found.length > 1 || values.length > 1) throw noTimeStamp('an attribute is there twice');
    return values[0];
  };
  if (hexOf(der(attribute(OID.contentType), DER.oid)) !== OID.tstInfo)
    throw noTimeStamp('its content has another type');
  const hashed = createHash(digest).update(info).digest();
  if (!der(attribute(OID.messageDigest), DER.octets).content.equals(hashed))
    throw noTimeStamp('its content was edited');
  const [named, hash] = attribute(OID.signingCertificateV2)
    ? [attribute(OID.signingCertificateV2), 'sha256']
    : [attribute(OID.signingCertificate), 'sha1'];
  const parts = derValues(der(derValues(der(derValues(der(named, DER.sequence))[0], DER.sequence))[0], DER.sequence));
  const other = parts[0]?.tag === DER.sequence ? HASH_OIDS[oidIn(parts[0])] : hash;
  const wanted = der(
    parts.find(({ tag }) => tag === DER.octets),
    DER.octets,
  ).content;
  // RFC 5652, section 5.4: signed as a SET, and sent with another tag
  const bytes = Buffer.concat([Buffer.from([DER.set]), signed.whole.subarray(1)]);
  const value = der(signature, DER.octets).content;
  const signer = certificates.find(({ raw, publicKey }) => {
    const isNamed = other !== undefined && createHash(other).update(raw).digest().equals(wanted);
    return (
      isNamed &&
      ['rsa', 'ec'].includes(publicKey.asymmetricKeyType) &&
      verify(algorithm ?? digest, bytes, publicKey, value)
    );
  });
  if (!signer) throw noTimeStamp('its signature is wrong, or of a certificate that it does not contain');
  return signer;
}

/** Whether each certificate was issued by the next one, up to a trusted one, and all were valid at this time. */
function isTrustedAt(signer, time, certificates, trusted) {
  const tried = new Set();
  const leads = (certificate, depth) => {
    const isValid =
      Date.parse(certificate.validFrom) <= time.getTime() && time.getTime() <= Date.parse(certificate.validTo);
    if (depth > MAX_CHAIN || tried.has(certificate.fingerprint256) || !isValid) return false;
    tried.add(certificate.fingerprint256);
    if (trusted.some(({ raw }) => raw.equals(certificate.raw))) return true;
    return [...trusted, ...certificates].some(
      (issuer) =>
        issuer.ca &&
        certificate.checkIssued(issuer) &&
        certificate.verify(issuer.publicKey) &&
        leads(issuer, depth + 1),
    );
  };
  return leads(signer, 0);
}

function readCertificates(file) {
  const found =
    read(file, 'the certificates').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (found.length > 0) return found.map((pem) => new X509Certificate(pem));
  } catch {
    // said below
  }
  throw new CannotVerify('the file of --tsa has no certificates in PEM');
}

/**
 * The first time-stamp of the bundle that is right. The stamped tree is the beginning of the verified one, so it does not matter
 * which key of the log had signed it.
 */
function checkOwnTimeStamps(given, head, authorities) {
  if (!Array.isArray(given) || given.length === 0)
    throw new CannotVerify('the bundle has no time-stamp: order anchorEvidence, and export it again');
  let fault;
  for (const { checkpoint, consistency, answer } of given.slice(0, MAX_TIME_STAMPS)) {
    try {
      const stamped = readHead(readNote(checkpoint).text);
      const proof = (consistency ?? []).map((hash) => readHash(hash, 'a hash of a consistency proof'));
      if (stamped?.origin !== head.origin || !isBeginning(stamped, head, proof))
        throw new CannotVerify(
          'the head that was stamped is not shown to be a beginning of the tree of the bundle: its proof is wrong, or the history',
        );
      return { ...checkTimeStamp(base64(answer, 'a time-stamp'), checkpoint, authorities), size: stamped.size };
    } catch (error) {
      if (!(error instanceof CannotVerify)) throw error;
      fault ??= error;
    }
  }
  throw fault;
}

function checkGivenTimeStamp(file, authorities, knownHead) {
  if (authorities === null || knownHead === null) {
    throw new CannotVerify('--time-stamp, --tsa and --head belong together: the authority stamped a head');
  }
  const bytes = readBytes(file, 'the time-stamp');
  const text = bytes.toString('latin1').trim();
  const answer = /^[A-Za-z0-9+/=\s]+$/.test(text) ? Buffer.from(text, 'base64') : bytes;
  // a head is stamped as the log signed it: without the lines of witnesses
  const end = knownHead.lastIndexOf('\n\n') + 2;
  const [origin, size] = knownHead.split('\n');
  const signatures = knownHead.slice(end).split('\n');
  const own = signatures.filter((line) => line.startsWith(`— ${origin} `)).map((line) => `${line}\n`);
  const head = knownHead.slice(0, end) + own.join('');
  return { ...checkTimeStamp(answer, head, authorities), size: Number(size) };
}

function read(file, what) {
  return readBytes(file, what).toString('utf8');
}

function readBytes(file, what) {
  const chunks = [];
  let length = 0;
  try {
    const opened = openSync(file);
    for (let bytesRead = -1; bytesRead !== 0 && length <= MAX_BYTES; length += bytesRead) {
      const chunk = Buffer.alloc(1024 * 1024);
      bytesRead = readSync(opened, chunk);
      chunks.push(chunk.subarray(0, bytesRead));
    }
    closeSync(opened);
  } catch (error) {
    throw new CannotVerify(`${what} cannot be read: ${error.message}`);
  }
  if (length > MAX_BYTES) throw new CannotVerify(`${what} has more than ${MAX_BYTES / 1024 / 1024} MiB`);
  return Buffer.concat(chunks);
}

/** What editors and shells add at the ends of a file is not part of it. A proof and a head have line feeds alone, one at the end. */
function readLines(file, what) {
  return `${read(file, what).replaceAll('\r\n', '\n').trim()}\n`;
}

/** A head as it was signed, from its text or from the header of a request. */
function readKnownHead(file) {
  const text = readLines(file, 'the known head');
  const value = /^(?:hookledger-head:)?\s*([A-Za-z0-9+/]+={0,2})\n$/i.exec(text)?.[1];
  return value === undefined ? text : Buffer.from(value, 'base64').toString('utf8');
}

/** One line. Characters that change what a terminal shows are escaped, as JSON does it: the file may be a forgery. */
function say(line) {
  const escapeUnit = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const escaped = line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character.split('').map(escapeUnit).join(''),
  );
  process.stdout.write(`${escaped}\n`);
}
const count = (number, one) => `${number} ${one}${number === 1 ? '' : 's'}`;

/** What a record says, for people. The record itself is printed too. */
function sentenceOf(record) {
  const id = (kind, uuid) => nodeId(PREFIXES.get(kind), uuid);
  const by = (uuid, before) => (uuid === undefined ? '' : `${before}${id('User', uuid)}`);
  const { kind, at, event, documentType, webhook, status } = record;
  const what = `${event} of ${documentType}`;
  if (kind === 'event') {
    const other = record.publishedBy === record.user ? '' : by(record.publishedBy, ', published by ');
    return `${what} at ${at}${by(record.user, ', triggered by ')}${other}`;
  }
  if (kind === 'decision') {
    const why = record.reason === undefined ? '' : ` (${record.reason})`;
    return `${status}${why} at ${at} after ${count(record.attempts, 'attempt')}, for ${id('Webhook', webhook)}`;
  }
  if (kind === 'audit') {
    const about =
      record.subjectId === undefined
        ? ''
        : `, about ${record.subjectType} ${nodeId(PREFIXES.get(record.subjectType), record.subjectId)}`;
    const denied = record.outcome === 'DENIED' ? ', denied' : '';
    return `${record.action} at ${at} by ${record.actor === undefined ? 'Hookledger' : id('User', record.actor)}${about}${denied}`;
  }
  if (kind === 'name') return `the name number ${record.number}, since ${at}`;
  const partner =
    webhook === undefined ? '' : ` ${record.direction === 'INCOMING' ? 'from' : 'to'} ${id('Webhook', webhook)}`;
  const answer = [status, record.responseStatus, record.errorCode].filter((each) => each !== undefined).join(' ');
  const of = documentType === undefined ? '' : `, ${what}`;
  return `${record.direction} ${record.method}${partner} at ${record.startedAt}: ${answer}${of}${by(record.user, ', triggered by ')}`;
}

function sentenceOfName({ id, name, fullName, at, leaf }) {
  const shown = name === null ? 'erased, or not disclosed' : JSON.stringify(name);
  const full = fullName === null ? '' : `, ${JSON.stringify(fullName)}`;
  return `${id} was named ${shown}${full}, since ${at} (leaf ${leaf})`;
}

/** A part that is no text is shown in base64. */
function printContent({ name, bytes, length }) {
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text).equals(bytes);
  const which = length === bytes.length ? '' : `, the first ${bytes.length} of ${length} bytes`;
  say(`  ${name}${which}${isText ? '' : ', in base64'}:`);
  for (const line of (isText ? text : bytes.toString('base64')).split('\n')) say(`    ${line}`);
}

function print(result, withContent) {
  const disclosed = result.rows.reduce((sum, row) => sum + row.parts.length, 0);
  const summary = `${count(result.rows.length, 'record')}, ${count(disclosed, 'disclosed part')}, ${count(result.earlier, 'earlier head')}; log ${result.head.origin}, ${result.head.size} leaves`;
  for (const { id, leaf, problem } of result.findings)
    say(`  ${id ?? 'head'}${leaf === null ? '' : ` (leaf ${leaf})`}: ${problem}`);
  if ((result.rows.length <= 20 || withContent) && result.findings.length === 0) {
    for (const { record, index, parts, contents, names } of result.rows) {
      say(`  ${idOf(record)} (leaf ${index}): ${sentenceOf(record)}`);
      for (const name of names) say(`  ${sentenceOfName(name)}`);
      say(`  ${JSON.stringify(record)}`);
      say(`  disclosed: ${parts.join(', ') || 'nothing'}`);
      if (withContent) for (const content of contents) printContent(content);
    }
  }
  for (const vkey of result.learned)
    say(`  the log changed its key, as a sealed entry under the given key says: ${vkey}`);
  for (const [name, time] of Object.entries(result.witnessed)) say(`  the head was cosigned by ${name} at ${time}`);
  if (result.stamped !== null && result.findings.length === 0) {
    const { size, time, by } = result.stamped;
    say(`  the first ${size} leaves existed at ${time}, says ${by}`);
    for (const { record, index } of result.rows.filter((row) => row.index >= size))
      say(`  not among them: ${idOf(record)} (leaf ${index})`);
  }
  say(`${result.findings.length === 0 ? 'VERIFIED' : 'NOT VERIFIED'} ${summary}`);
}

function main() {
  const options = {
    key: { type: 'string', multiple: true, default: [] },
    policy: { type: 'string' },
    head: { type: 'string' },
    'time-stamp': { type: 'string' },
    tsa: { type: 'string' },
    content: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  let given;
  try {
    given = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    return 2;
  }
  const { values, positionals } = given;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length !== 1) {
    process.stderr.write(`One FILE is expected, not ${positionals.length}.\n\n${HELP}`);
    return 2;
  }
  try {
    const policy = values.policy === undefined ? null : readPolicy(read(values.policy, 'the policy'));
    // /evidence/vkey has two while one replaces the other
    const vkeys = values.key.flatMap((lines) => lines.trim().split(/\s+/));
    const keys = [...vkeys.map((vkey) => readKey(vkey)), ...(policy?.logs ?? [])];
    const knownHead = values.head === undefined ? null : readKnownHead(values.head);
    const authorities = values.tsa === undefined ? null : readCertificates(values.tsa);
    const isGiven = values['time-stamp'] !== undefined;
    const given = isGiven ? checkGivenTimeStamp(values['time-stamp'], authorities, knownHead) : null;
    const result = check(readLines(positionals[0], 'the file'), keys, policy, knownHead, isGiven ? null : authorities);
    const stamped = given ?? result.stamped;
    if (values.json) {
      const withContent = values.content && result.findings.length === 0;
      const rows = result.rows.map(({ record, index, parts, contents, names }) => ({
        id: idOf(record),
        leaf: index,
        record,
        names,
        disclosed: parts,
        ...(withContent && {
          content: Object.fromEntries(contents.map(({ name, bytes }) => [name, bytes.toString('base64')])),
          lengths: Object.fromEntries(contents.map(({ name, length }) => [name, length])),
        }),
      }));
      const { origin, size } = result.head;
      say(
        JSON.stringify({
          verified: result.findings.length === 0,
          findings: result.findings,
          origin,
          treeSize: size,
          witnessed: result.witnessed,
          learned: result.learned,
          stamped,
          rows,
        }),
      );
    } else {
      print({ ...result, stamped }, values.content);
    }
    return result.findings.length === 0 ? 0 : 1;
  } catch (error) {
    // other errors come of a file of another form: they must not end as NOT VERIFIED does
    const reason = error instanceof CannotVerify ? error.message : 'the file has not the form of a bundle';
    if (values.json) say(JSON.stringify({ verified: false, cannotVerify: reason }));
    else say(`CANNOT VERIFY: ${reason}`);
    return 2;
  }
}

process.exitCode = main();
