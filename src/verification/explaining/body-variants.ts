import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { jsonVariants } from './json-variants';
import type { Variant } from './variant';

const BOM = Buffer.from('\ufeff');
const MAX_UNPACKED_BYTES = 4 * 1024 * 1024;

/**
 * The forms that the body may have had when it was signed, more likely ones first, without repetitions and the body
 * itself.
 */
export function* bodyVariants(body: Buffer): Generator<Variant<Buffer>> {
  const seen = new Set([keyOf(body)]);
  for (const variant of allVariants(body)) {
    const key = keyOf(variant.value);
    if (seen.has(key)) continue;
    seen.add(key);
    yield variant;
  }
}

function* allVariants(body: Buffer): Generator<Variant<Buffer>> {
  yield* endVariants(body);
  yield* lineVariants(body);
  yield* charsetVariants(body);
  yield* packedVariants(body);
  yield* formVariants(body);
  yield { change: 'with an empty body', value: Buffer.alloc(0) };
  yield* jsonVariants(body);
  yield {
    change: 'after the body was written as one JSON string',
    value: Buffer.from(JSON.stringify(body.toString())),
  };
}

function* endVariants(body: Buffer): Generator<Variant<Buffer>> {
  const [start, end] = contentOf(body);
  yield {
    change: 'after a line feed was added at the end of the body',
    value: Buffer.concat([body, Buffer.from('\n')]),
  };
  if (body.at(-1) === 0x0a) {
    const breakBytes = body.at(-2) === 0x0d ? 2 : 1;
    yield { change: 'after the line break at the end of the body was removed', value: body.subarray(0, -breakBytes) };
  }
  yield {
    change: 'after a carriage return and line feed were added at the end of the body',
    value: Buffer.concat([body, Buffer.from('\r\n')]),
  };
  yield { change: 'after the white space at the end of the body was removed', value: body.subarray(0, end) };
  yield { change: 'after the white space around the body was removed', value: body.subarray(start, end) };
}

function contentOf(body: Buffer): [start: number, end: number] {
  const isSpace = (at: number) => ' \t\r\n'.includes(String.fromCharCode(body.readUInt8(at)));
  let [start, end] = [0, body.length];
  while (start < end && isSpace(start)) start++;
  while (start < end && isSpace(end - 1)) end--;
  return [start, end];
}

function* lineVariants(body: Buffer): Generator<Variant<Buffer>> {
  const text = body.toString('latin1');
  const bytes = (changed: string) => Buffer.from(changed, 'latin1');
  yield { change: 'after each CRLF became LF', value: bytes(text.replaceAll('\r\n', '\n')) };
  yield { change: 'after each LF became CRLF', value: bytes(text.replace(/\r?\n/g, '\r\n')) };
}

function* charsetVariants(body: Buffer): Generator<Variant<Buffer>> {
  const hasBom = body.subarray(0, BOM.length).equals(BOM);
  if (hasBom) yield { change: 'after the byte order mark at its start was removed', value: body.subarray(BOM.length) };
  else yield { change: 'after a byte order mark was added at its start', value: Buffer.concat([BOM, body]) };
  const text = body.toString('utf8');
  yield { change: 'after it was read as Latin-1 and written as UTF-8', value: Buffer.from(body.toString('latin1')) };
  if (!/[\u0100-\uffff]/.test(text))
    yield { change: 'after it was written in Latin-1', value: Buffer.from(text, 'latin1') };
  yield { change: 'after bytes that are not UTF-8 were replaced', value: Buffer.from(text) };
  yield { change: 'after its letters were composed (Unicode NFC)', value: Buffer.from(text.normalize('NFC')) };
  yield { change: 'after its letters were decomposed (Unicode NFD)', value: Buffer.from(text.normalize('NFD')) };
}

function* packedVariants(body: Buffer): Generator<Variant<Buffer>> {
  for (const unpack of [gunzipSync, inflateSync]) {
    try {
      const value = unpack(body, { maxOutputLength: MAX_UNPACKED_BYTES });
      yield { change: 'after it was decompressed, although it has no content encoding', value };
    } catch {
      // the body is not compressed with this method
    }
  }
  yield { change: 'after it was compressed with gzip', value: gzipSync(body) };
}

function* formVariants(body: Buffer): Generator<Variant<Buffer>> {
  const text = body.toString('latin1');
  if (!/^[\x21-\x7e]+$/.test(text) || !text.includes('=')) return;
  const form = new URLSearchParams(text);
  yield { change: 'after its form was encoded again', value: Buffer.from(form.toString()) };
  yield {
    change: 'after its form was encoded again with %20 for spaces',
    value: Buffer.from(form.toString().replaceAll('+', '%20')),
  };
  form.sort();
  yield { change: 'after its form was encoded again with its fields sorted', value: Buffer.from(form.toString()) };
}

function keyOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64');
}
