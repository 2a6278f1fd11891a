/** Types of elements of any size. */
const ANY_SIZE: Readonly<Record<string, number>> = { bytea: 17, text: 25 };
/** Of the message: dimensions, whether there are nulls, type of the elements, length, lower bound. */
const HEADER = 20;
/** UTF-8 takes at most three bytes for a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
const NULL = -1;

/**
 * A parameter that is an array, with the type of its elements. It is sent in the binary format of PostgreSQL, which costs it a third of what
 * reading text does; an array with an element of another kind is sent as text.
 * https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c (array_recv)
 */
export class ArrayParameter {
  /** @param type as statements cast to it, such as `uuid` */
  constructor(
    readonly type: string,
    readonly elements: readonly unknown[],
  ) {}

  /** Called by `pg`, which sends bytes in binary, and another array as text. */
  toPostgres(): Buffer | readonly unknown[] {
    const { type, elements } = this;
    const fixed = FIXED_SIZE[type];
    const oid = ANY_SIZE[type];
    const written = fixed ? fixedSize(fixed, elements) : oid === undefined ? null : anySize(oid, elements);
    return written ?? elements;
  }
}

/** @returns null: an element is of another kind */
function fixedSize({ oid, size, write }: ElementType, elements: readonly unknown[]): Buffer | null {
  const buffer = Buffer.allocUnsafe(HEADER + elements.length * (4 + size));
  let end = HEADER;
  let hasNulls = false;
  for (const element of elements) {
    const isNull = element === null || element === undefined;
    end = buffer.writeInt32BE(isNull ? NULL : size, end);
    hasNulls ||= isNull;
    if (isNull) continue;
    if (!write(buffer, end, element)) return null;
    end += size;
  }
  return withHeader(buffer.subarray(0, end), oid, elements.length, hasNulls);
}

/** @returns null: an element is of another kind */
function anySize(oid: number, elements: readonly unknown[]): Buffer | null {
  let atMost = HEADER;
  for (const element of elements) {
    const bytes = mostBytes(oid, element);
    if (bytes === null) return null;
    atMost += 4 + bytes;
  }
  const buffer = Buffer.allocUnsafe(atMost);
  let end = HEADER;
  let hasNulls = false;
  for (const element of elements) {
    const at = end + 4;
    let length = NULL;
    if (typeof element === 'string') length = buffer.write(element, at);
    else if (element instanceof Buffer) length = element.copy(buffer, at);
    buffer.writeInt32BE(length, end);
    hasNulls ||= length === NULL;
    end = at + Math.max(length, 0);
  }
  return withHeader(buffer.subarray(0, end), oid, elements.length, hasNulls);
}

/** @returns null: it is no element of this type */
function mostBytes(oid: number, element: unknown): number | null {
  if (element === null || element === undefined) return 0;
  if (oid === ANY_SIZE.bytea) return element instanceof Buffer ? element.length : null;
  return typeof element === 'string' ? MAX_BYTES_PER_UNIT * element.length : null;
}

function withHeader(buffer: Buffer, oid: number, length: number, hasNulls: boolean): Buffer {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

/** The elements of a type that all have the same size. */
interface ElementType {
  oid: number;
  /** In bytes. */
  size: number;
  /** @returns false: the value is of another kind, or out of range */
  write(buffer: Buffer, at: number, value: unknown): boolean;
}

/** By the names that statements cast to. */
const FIXED_SIZE: Readonly<Record<string, ElementType>> = {
  uuid: { oid: 2950, size: 16, write: writeUuid },
  integer: { oid: 23, size: 4, write: writeInteger },
  boolean: { oid: 16, size: 1, write: writeBoolean },
  timestamptz: { oid: 1184, size: 8, write: writeTime },
};

const HYPHEN = 0x2d;
/** The bytes of a UUID before which its text has a hyphen. */
const AFTER_HYPHEN = new Set([4, 6, 8, 10]);
const UUID_BYTES = 16;
const UUID_LENGTH = 36;

function writeUuid(buffer: Buffer, at: number, value: unknown): boolean {
  if (typeof value !== 'string' || value.length !== UUID_LENGTH) return false;
  for (let byte = 0, from = 0; byte < UUID_BYTES; byte += 1, from += 2) {
    if (AFTER_HYPHEN.has(byte)) {
      if (value.charCodeAt(from) !== HYPHEN) return false;
      from += 1;
    }
    const pair = (digitAt(value, from) << 4) | digitAt(value, from + 1);
    if (pair < 0) return false;
    buffer[at + byte] = pair;
  }
  return true;
}

/** The values of hexadecimal digits by their codes; -1 for other characters. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[0-9a-f]/i.test(character) ? Number.parseInt(character, 16) : -1;
});

function digitAt(text: string, index: number): number {
  return DIGITS[text.charCodeAt(index)] ?? -1;
}

function writeInteger(buffer: Buffer, at: number, value: unknown): boolean {
  if (typeof value !== 'number' || (value | 0) !== value) return false;
  buffer.writeInt32BE(value, at);
  return true;
}

function writeBoolean(buffer: Buffer, at: number, value: unknown): boolean {
  if (typeof value !== 'boolean') return false;
  buffer[at] = value ? 1 : 0;
  return true;
}

const YEAR_2000_MS = Date.UTC(2000, 0);

// microseconds since 2000
function writeTime(buffer: Buffer, at: number, value: unknown): boolean {
  if (!(value instanceof Date)) return false;
  const microseconds = (value.getTime() - YEAR_2000_MS) * 1000;
  if (!Number.isSafeInteger(microseconds)) return false;
  buffer.writeInt32BE(Math.floor(microseconds / 2 ** 32), at);
  buffer.writeUInt32BE(microseconds >>> 0, at + 4);
  return true;
}
