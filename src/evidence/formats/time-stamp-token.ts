// Checks a time-stamp of RFC 3161: what was stamped, the signature (RFC 5652), and the certificates up to one that is trusted.
import { createHash, verify, X509Certificate } from 'node:crypto';
import { sha256 } from './merkle-tree';

/** The time-stamp is none, or does not prove what it should. */
export class WrongTimeStamp extends Error {}

export interface TimeStamped {
  time: Date;
  /** The subject of the certificate that signed, such as CN=TSA. */
  by: string;
  nonce: Buffer | null;
  /** Whether the certificates lead to one that is trusted. */
  isTrusted: boolean;
}

const SIGNED_DATA = '06092a864886f70d010702';
const TST_INFO = '060b2a864886f70d0109100104';
const CONTENT_TYPE = '06092a864886f70d010903';
const MESSAGE_DIGEST = '06092a864886f70d010904';
const SIGNING_CERTIFICATE = '060b2a864886f70d010910020c';
const SIGNING_CERTIFICATE_V2 = '060b2a864886f70d010910022f';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const HASHES: Record<string, string> = {
  '0609608648016503040201': 'sha256',
  '0609608648016503040202': 'sha384',
  '0609608648016503040203': 'sha512',
};
/** null: RSA with the hash of the signed attributes. */
const SIGNATURES: Record<string, string | null> = {
  '06092a864886f70d010101': null,
  '06092a864886f70d01010b': 'sha256',
  '06092a864886f70d01010c': 'sha384',
  '06092a864886f70d01010d': 'sha512',
  '06082a8648ce3d040302': 'sha256',
  '06082a8648ce3d040303': 'sha384',
  '06082a8648ce3d040304': 'sha512',
};
const MAX_CERTIFICATES = 20;
const MAX_CHAIN = 8;

const hexOf = (value: Der) => value.whole.toString('hex');
const oidIn = (algorithm: Der | undefined) => hexOf(expected(valuesIn(expected(algorithm, SEQUENCE))[0], OBJECT_ID));

/**
 * @param answer the TimeStampResp of the authority
 * @param text what must have been stamped
 * @param trusted certificates of authorities, or of those that issued theirs
 * @throws WrongTimeStamp
 */
export function checkTimeStamp(answer: Buffer, text: string, trusted: readonly X509Certificate[]): TimeStamped {
  try {
    return checkToken(tokenIn(answer), sha256(Buffer.from(text)), trusted);
  } catch (error) {
    if (error instanceof NotDer) throw new WrongTimeStamp(`it is no time-stamp of RFC 3161: ${error.message}`);
    throw error;
  }
}

/** The PKIStatus of an answer: 0 granted, 1 granted with changes. @throws NotDer */
export function statusOf(answer: Buffer): number {
  const [info] = valuesIn(readDer(answer, SEQUENCE));
  const status = expected(valuesIn(expected(info, SEQUENCE))[0], INTEGER).content;
  return status.length === 1 ? (status[0] as number) : 255;
}

function tokenIn(answer: Buffer): Der {
  const status = statusOf(answer);
  if (status > 1) throw new WrongTimeStamp(`the authority refused it with the status ${status}`);
  return expected(valuesIn(readDer(answer, SEQUENCE))[1], SEQUENCE);
}

function checkToken(token: Der, imprint: Buffer, trusted: readonly X509Certificate[]): TimeStamped {
  const [type, wrapped] = valuesIn(token);
  if (hexOf(expected(type, OBJECT_ID)) !== SIGNED_DATA) throw new NotDer('it is not signed');
  const signedData = valuesIn(expected(valuesIn(expected(wrapped, CONTEXT_0))[0], SEQUENCE));
  const [contentType, content] = valuesIn(expected(signedData[2], SEQUENCE));
  if (hexOf(expected(contentType, OBJECT_ID)) !== TST_INFO) throw new NotDer('it says no time');
  const info = expected(valuesIn(expected(content, CONTEXT_0))[0], OCTET_STRING).content;
  const { time, nonce } = stampedIn(info, imprint);
  const signers = valuesIn(expected(signedData.at(-1), SET));
  if (signers.length !== 1) throw new NotDer('it has not one signature');
  const inside = signedData.slice(3, -1).filter(({ tag }) => tag === CONTEXT_0);
  const certificates = inside.flatMap((set) => valuesIn(set).slice(0, MAX_CERTIFICATES)).flatMap(certificateOf);
  const signer = checkSignature(valuesIn(expected(signers[0], SEQUENCE)), info, [...certificates, ...trusted]);
  if (!hasPurpose(signer)) throw new WrongTimeStamp('its certificate is not for time-stamps alone');
  const by = signer.subject.replaceAll('\n', ', ');
  return { time, nonce, by, isTrusted: isTrustedAt(signer, time, certificates, trusted) };
}

/** @throws WrongTimeStamp if something else was stamped */
function stampedIn(info: Buffer, imprint: Buffer): { time: Date; nonce: Buffer | null } {
  const [, , stamped, , time, ...others] = valuesIn(readDer(info, SEQUENCE));
  const [algorithm, hash] = valuesIn(expected(stamped, SEQUENCE));
  const isImprint = HASHES[oidIn(algorithm)] === 'sha256' && expected(hash, OCTET_STRING).content.equals(imprint);
  if (!isImprint) throw new WrongTimeStamp('something else was stamped');
  const nonce = others.find(({ tag }) => tag === INTEGER)?.content ?? null;
  return { time: timeOf(expected(time, GENERALIZED_TIME)), nonce };
}

function timeOf({ content }: Der): Date {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(content.toString('latin1')) ?? [];
  const [year, month, day, hour, minute, second, fraction = ''] = parts;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  if (Number.isNaN(time.getTime())) throw new NotDer('its time is none');
  return time;
}

function certificateOf({ whole, tag }: Der): X509Certificate[] {
  if (tag !== SEQUENCE) return [];
  try {
    return [new X509Certificate(whole)];
  } catch {
    throw new NotDer('a certificate cannot be read');
  }
}

/** @returns the certificate whose key signed @throws WrongTimeStamp */
function checkSignature(
  [, , digestAlgorithm, attributes, signatureAlgorithm, signature]: Der[],
  info: Buffer,
  certificates: readonly X509Certificate[],
): X509Certificate {
  const digest = HASHES[oidIn(digestAlgorithm)];
  const algorithm = SIGNATURES[oidIn(signatureAlgorithm)];
  if (digest === undefined || algorithm === undefined) {
    throw new WrongTimeStamp('it is signed with an algorithm that is not supported');
  }
  const signed = expected(attributes, CONTEXT_0);
  const attribute = (type: string) => attributeIn(signed, type);
  if (attribute(CONTENT_TYPE)?.whole.toString('hex') !== TST_INFO) throw new NotDer('its content has another type');
  const hashed = createHash(digest).update(info).digest();
  if (!expected(attribute(MESSAGE_DIGEST), OCTET_STRING).content.equals(hashed)) {
    throw new WrongTimeStamp('its content was edited');
  }
  // RFC 5652, section 5.4: signed as a SET, and sent with another tag
  const bytes = Buffer.concat([Buffer.from([SET]), signed.whole.subarray(1)]);
  const value = expected(signature, OCTET_STRING).content;
  const signer = certificates.find(
    (each) => isNamed(each, attribute) && signs(each, algorithm ?? digest, bytes, value),
  );
  if (!signer) throw new WrongTimeStamp('its signature is wrong, or of a certificate that it does not contain');
  return signer;
}

/** The only value of a signed attribute. @throws NotDer if it is there twice */
function attributeIn(attributes: Der, type: string): Der | undefined {
  const found = valuesIn(attributes)
    .map(valuesIn)
    .filter(([oid]) => oid && hexOf(oid) === type);
  const values = found[0]?.[1] ? valuesIn(expected(found[0][1], SET)) : [];
  if (found.length > 1 || values.length > 1) throw new NotDer('an attribute is there twice');
  return values[0];
}

/** Whether the signed attributes name this certificate (RFC 5035): another one with the same key could say other things. */
function isNamed(certificate: X509Certificate, attribute: (type: string) => Der | undefined): boolean {
  const [named, hash] = attribute(SIGNING_CERTIFICATE_V2)
    ? [attribute(SIGNING_CERTIFICATE_V2), 'sha256']
    : [attribute(SIGNING_CERTIFICATE), 'sha1'];
  const [first] = valuesIn(expected(valuesIn(expected(named, SEQUENCE))[0], SEQUENCE));
  const parts = valuesIn(expected(first, SEQUENCE));
  const other = parts[0]?.tag === SEQUENCE ? HASHES[oidIn(parts[0])] : hash;
  const digest = expected(
    parts.find(({ tag }) => tag === OCTET_STRING),
    OCTET_STRING,
  ).content;
  return other !== undefined && createHash(other).update(certificate.raw).digest().equals(digest);
}

function signs(certificate: X509Certificate, hash: string, bytes: Buffer, signature: Buffer): boolean {
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== 'rsa' && publicKey.asymmetricKeyType !== 'ec') return false;
  return verify(hash, bytes, publicKey, signature);
}

/** RFC 3161, section 2.3. */
function hasPurpose({ keyUsage }: X509Certificate): boolean {
  return keyUsage?.length === 1 && keyUsage[0] === TIME_STAMPING;
}

/** Whether each certificate was issued by the next one, up to a trusted one, and all were valid at this time. */
function isTrustedAt(
  signer: X509Certificate,
  time: Date,
  certificates: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
): boolean {
  const isValid = ({ validFrom, validTo }: X509Certificate) =>
    Date.parse(validFrom) <= time.getTime() && time.getTime() <= Date.parse(validTo);
  const tried = new Set<string>();
  const leads = (certificate: X509Certificate, depth: number): boolean => {
    if (depth > MAX_CHAIN || tried.has(certificate.fingerprint256) || !isValid(certificate)) return false;
    tried.add(certificate.fingerprint256);
    if (trusted.some(({ raw }) => raw.equals(certificate.raw))) return true;
    const issuers = [...trusted, ...certificates].filter(
      (issuer) => issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
    );
    return issuers.some((issuer) => leads(issuer, depth + 1));
  };
  return leads(signer, 0);
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @param pem one or more certificates @throws Error */
export function readCertificates(pem: string): X509Certificate[] {
  const found = (pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
  if (found.length === 0) throw new Error('it has no certificate in PEM.');
  return found;
}

// Reads values in DER (ITU-T X.690), as certificates and time-stamps are encoded.

interface Der {
  tag: number;
  /** Tag, length and content. */
  whole: Buffer;
  content: Buffer;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const GENERALIZED_TIME = 0x18;
/** The context-specific tags [0] and [1] of a value with parts. */
const CONTEXT_0 = 0xa0;

/** The bytes are no DER, or other values than are expected. */
export class NotDer extends Error {}

/** The value at the beginning, and the bytes after it. @throws NotDer */
function split(bytes: Buffer): [Der, Buffer] {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new NotDer('a value is cut off');
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 3 || first === 0x80 || bytes.length < 2 + more) throw new NotDer('a length is none');
  const length = more === 0 ? first : bytes.readUIntBE(2, more);
  const end = 2 + more + length;
  if (end > bytes.length) throw new NotDer('a value is cut off');
  return [{ tag, whole: bytes.subarray(0, end), content: bytes.subarray(2 + more, end) }, bytes.subarray(end)];
}

/** All bytes as one value. @throws NotDer */
function readDer(bytes: Buffer, tag: number): Der {
  const [value, rest] = split(bytes);
  if (rest.length > 0 || value.tag !== tag) throw new NotDer('there is another value than expected');
  return value;
}

/** The values in this one, in their order. @throws NotDer */
function valuesIn({ content }: Der): Der[] {
  const values: Der[] = [];
  for (let rest = content; rest.length > 0; ) {
    const [value, after] = split(rest);
    values.push(value);
    rest = after;
  }
  return values;
}

/** @throws NotDer if there is none with this tag */
function expected(value: Der | undefined, tag: number): Der {
  if (value?.tag !== tag) throw new NotDer('there is another value than expected');
  return value;
}
