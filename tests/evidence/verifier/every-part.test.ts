// The verifier knows each part that the records of the server have, by name and digest, and no other.
import { contentOf, LEAF_KINDS, type LeafKind } from '../../../src/evidence/formats/leaf-kinds';
import { partDigest, payloadDigest } from '../../../src/evidence/formats/salted-digests';
import { verify } from '../sealing';
import { MadeLog, saltOf } from './made-log';

const PAYLOADS: { readonly [Kind in LeafKind]?: readonly string[] } = {
  request: ['body', 'wireBody'],
  event: ['body'],
};
const salt = Buffer.alloc(16, 3);
const text = 'what was recorded';
const content = Buffer.from(text).toString('base64');

function disclosed(name: string, isPayload: boolean) {
  if (!isPayload) return { digest: partDigest(salt, name, text), part: { salt: saltOf(salt, name), content } };
  const payload = { bytes: text.length, contentType: 'text/plain' };
  const facts = {
    body: Buffer.from(text),
    bodySalt: salt,
    byteLength: payload.bytes,
    contentType: payload.contentType,
  };
  return { digest: payloadDigest(facts), part: { salt: saltOf(salt, 'body'), content, ...payload } };
}

test.each(Object.keys(LEAF_KINDS) as LeafKind[])('every part of a record of the kind %s is verified', async (kind) => {
  const payloads = PAYLOADS[kind] ?? [];
  const names = [...Object.keys(contentOf(kind, {} as never)), ...payloads].sort();
  const parts = names.map((name) => ({ name, ...disclosed(name, payloads.includes(name)) }));
  const digests = Object.fromEntries(parts.map(({ name, digest }) => [name, digest]));
  const verdictWith = async (more: Record<string, string>, shown: string[]) => {
    const record = JSON.stringify({ content: { ...digests, ...more }, id: kind, kind, v: 1 });
    const log = new MadeLog('erp.example.com/evidence/1', [record]);
    const other = { name: 'secret', ...disclosed('secret', false) };
    const given = [...parts, other].filter(({ name }) => shown.includes(name)).map(({ name, part }) => [name, part]);
    return verify(await log.proof(0, 1, { parts: Object.fromEntries(given) }), ['--key', log.vkey]);
  };
  expect(await verdictWith({}, names)).toMatchObject({
    code: 0,
    output: expect.stringContaining(`disclosed: ${names.join(', ')}\n`),
  });
  const secret = disclosed('secret', false).digest as string;
  expect(await verdictWith({ secret }, ['secret'])).toMatchObject({
    code: 1,
    output: expect.stringContaining('secret is not what was recorded'),
  });
});
