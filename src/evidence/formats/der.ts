// Reads values in DER (ITU-T X.690), as certificates and time-stamps are encoded.

export interface Der {
  tag: number;
  /** Tag, length and content. */
  whole: Buffer;
  content: Buffer;
}

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const INTEGER = 0x02;
export const OCTET_STRING = 0x04;
export const OBJECT_ID = 0x06;
export const GENERALIZED_TIME = 0x18;
/** The context-specific tags [0] and [1] of a value with parts. */
export const CONTEXT_0 = 0xa0;

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
export function readDer(bytes: Buffer, tag: number): Der {
  const [value, rest] = split(bytes);
  if (rest.length > 0 || value.tag !== tag) throw new NotDer('there is another value than expected');
  return value;
}

/** The values in this one, in their order. @throws NotDer */
export function valuesIn({ content }: Der): Der[] {
  const values: Der[] = [];
  for (let rest = content; rest.length > 0; ) {
    const [value, after] = split(rest);
    values.push(value);
    rest = after;
  }
  return values;
}

/** @throws NotDer if there is none with this tag */
export function expected(value: Der | undefined, tag: number): Der {
  if (value?.tag !== tag) throw new NotDer('there is another value than expected');
  return value;
}
