// The messages that run prepared statements, in one piece. `pg` makes a buffer for each message, and writes arrays of bytes as
// text, which doubles them.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
import * as pg from 'pg';
import { ArrayParameter } from './array-parameter';
import { type ElementType, FIXED_SIZE } from './binary-elements';
import { NotSent } from './not-sent';
import { scalarText } from './scalar-text';

export interface PreparedStatement {
  text: string;
  name: string;
  values: readonly unknown[];
}

/** How `pg` writes a parameter; missing in its types. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): string | Buffer | null } }).utils;

const [TEXT, BINARY] = [0, 1];
const [BYTEA, TEXT_ELEMENTS] = [17, 25];
/** UTF-8 takes at most three bytes for a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
const NEEDS_ESCAPE = /["\\]/;
/** What JSON writes otherwise than an array of PostgreSQL: control characters and halves of surrogate pairs. */
const NOT_AS_JSON = /[^ -\ud7ff\ue000-\uffff]/;
const [QUOTE, COMMA, OPEN, CLOSE] = [0x22, 0x2c, 0x7b, 0x7d];

let buffer = Buffer.allocUnsafe(64 * 1024);
let end = 0;
/** A large one is not kept. */
const MAX_KEPT = 1024 * 1024;

export interface Messages {
  bytes: Buffer;
  /** How many statements they run. */
  written: number;
  /** Why the next statement, and those after it, are not among them. */
  fault: NotSent | null;
}

/** Bind and Execute for each statement before the first that cannot be sent, then Sync. */
export function messagesFor(statements: readonly PreparedStatement[]): Messages {
  end = 0;
  let written = 0;
  const fault = faultIn(statements, (each) => {
    const begun = end;
    try {
      writeBind(each);
      writeExecute();
    } catch (error) {
      end = begun;
      throw error;
    }
    written += 1;
  });
  const sync = begin('S');
  finish(sync);
  const bytes = Buffer.from(buffer.subarray(0, end));
  if (buffer.length > MAX_KEPT) buffer = Buffer.allocUnsafe(64 * 1024);
  return { bytes, written, fault };
}

/** Those of statements that `pg` writes, before the first that cannot be sent. */
export function sendable(statements: readonly Pick<PreparedStatement, 'values'>[]): Omit<Messages, 'bytes'> {
  let written = 0;
  const fault = faultIn(statements, ({ values }) => {
    for (const value of values) prepareValue(value);
    written += 1;
  });
  return { written, fault };
}

function faultIn<Each>(statements: readonly Each[], write: (each: Each) => void): NotSent | null {
  try {
    for (const each of statements) write(each);
    return null;
  } catch (error) {
    return new NotSent(error);
  }
}

function writeBind({ name, values }: PreparedStatement): void {
  const message = begin('B');
  writeCString('');
  writeCString(name);
  writeInt16(values.length);
  let format = end;
  reserve(2 * values.length);
  end += 2 * values.length;
  writeInt16(values.length);
  for (const value of values) {
    // before `buffer` is read: a larger one may have replaced it
    const written = writeValue(value);
    format = buffer.writeInt16BE(written, format);
  }
  writeInt16(1);
  writeInt16(TEXT);
  finish(message);
}

function writeExecute(): void {
  const message = begin('E');
  writeCString('');
  writeInt32(0);
  finish(message);
}

/** @returns its format */
function writeValue(value: unknown): number {
  if (value instanceof ArrayParameter) return writeArrayParameter(value);
  if (Array.isArray(value)) {
    if (isOfBytes(value)) {
      writeByteArray(value);
      return BINARY;
    }
    if (!writeTextArray(value)) writeText(prepareValue(value) as string);
    return TEXT;
  }
  const written = scalarText(value) ?? prepareValue(value);
  if (written === null) writeInt32(-1);
  else if (typeof written === 'string') writeText(written);
  else writeBytes(written);
  return typeof written === 'string' || written === null ? TEXT : BINARY;
}

function isOfBytes(values: readonly unknown[]): values is (Buffer | null)[] {
  return values[0] instanceof Buffer && values.every((each) => each === null || each instanceof Buffer);
}

function writeArrayParameter({ type, elements }: ArrayParameter): number {
  const begun = end;
  const fixed = FIXED_SIZE[type];
  const isWritten = fixed
    ? writeBinaryArray(elements, fixed.oid, (element) => writeFixed(fixed, element))
    : type === 'text' && writeBinaryArray(elements, TEXT_ELEMENTS, writeTextElement);
  if (isWritten) return BINARY;
  end = begun;
  return writeValue(elements);
}

function writeFixed({ size, write }: ElementType, element: unknown): boolean {
  writeInt32(size);
  reserve(size);
  end += size;
  return write(buffer, end - size, element);
}

function writeTextElement(element: unknown): boolean {
  if (typeof element !== 'string') return false;
  writeText(element);
  return true;
}

function writeByteArray(values: readonly (Buffer | null)[]): void {
  writeBinaryArray(values, BYTEA, (value) => {
    writeBytes(value as Buffer);
    return true;
  });
}

/**
 * Dimensions, whether there are nulls, type of the elements, length, lower bound, elements.
 * @param write an element that is not null; false: it is of another kind
 * @returns false: an element could not be written
 */
function writeBinaryArray(elements: readonly unknown[], oid: number, write: (element: unknown) => boolean): boolean {
  const length = end;
  writeInt32(0);
  writeInt32(elements.length === 0 ? 0 : 1);
  const nulls = end;
  writeInt32(0);
  writeInt32(oid);
  if (elements.length > 0) {
    writeInt32(elements.length);
    writeInt32(1);
  }
  for (const element of elements) {
    if (element === null || element === undefined) {
      writeInt32(-1);
      buffer.writeInt32BE(1, nulls);
    } else if (!write(element)) return false;
  }
  buffer.writeInt32BE(end - length - 4, length);
  return true;
}

/** @returns false: an element is of another kind, and nothing is written */
function writeTextArray(values: readonly unknown[]): boolean {
  const length = end;
  writeInt32(0);
  writeByte(OPEN);
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) writeByte(COMMA);
    const value = values[index] ?? null;
    const element = value === null ? null : scalarText(value);
    if (element !== null) writeElement(element);
    else if (value === null) writeUtf8('NULL');
    else {
      end = length;
      return false;
    }
  }
  writeByte(CLOSE);
  buffer.writeInt32BE(end - length - 4, length);
  return true;
}

function writeElement(text: string): void {
  if (NEEDS_ESCAPE.test(text)) {
    // in quotes; faster than String.replace
    writeUtf8(NOT_AS_JSON.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : JSON.stringify(text));
    return;
  }
  writeByte(QUOTE);
  writeUtf8(text);
  writeByte(QUOTE);
}

function begin(type: string): number {
  reserve(5);
  buffer[end] = type.charCodeAt(0);
  end += 5;
  return end - 4;
}

/** @param start where its length stands, which counts itself */
function finish(start: number): void {
  buffer.writeInt32BE(end - start, start);
}

function writeInt16(value: number): void {
  reserve(2);
  end = buffer.writeInt16BE(value, end);
}

function writeInt32(value: number): void {
  reserve(4);
  end = buffer.writeInt32BE(value, end);
}

function writeCString(text: string): void {
  writeUtf8(text);
  writeByte(0);
}

function writeText(text: string): void {
  const length = end;
  writeInt32(0);
  writeUtf8(text);
  buffer.writeInt32BE(end - length - 4, length);
}

function writeUtf8(text: string): void {
  reserve(MAX_BYTES_PER_UNIT * text.length);
  end += buffer.write(text, end);
}

function writeByte(byte: number): void {
  reserve(1);
  buffer[end] = byte;
  end += 1;
}

function writeBytes(bytes: Buffer): void {
  writeInt32(bytes.length);
  reserve(bytes.length);
  end += bytes.copy(buffer, end);
}

function reserve(bytes: number): void {
  if (buffer.length - end >= bytes) return;
  const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, end + bytes));
  buffer.copy(larger, 0, 0, end);
  buffer = larger;
}
