import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, quoted } from '../../errors';
import { MAX_COST } from '../../graphql/limits/cost';
import { countParts, MAX_MEMBERS } from '../../json/count-parts';
import { readJsonText } from '../../json/json-text';
import { nextTurn } from '../../json/turns';
import { withCommas } from '../../text';
import { credentialId } from '../../viewer';
import { addressRange } from './address-range';
import { faultOf } from './http-errors';
import { createBudget, type Holding } from './in-flight-budget';
import { type BodyTime, readBody } from './read-body';
import { Refusal, tooMany } from './refusal';

const MIB = 1024 * 1024;

const MAX_BODY_BYTES = 16 * MIB;
/** Enough for any query, and far less work than a body of 16 MiB. */
const MAX_ANONYMOUS_BYTES = 64 * 1024;

/**
 * Limits on bodies in memory; each is held until its request is answered. Bodies without a key have a separate budget. A body takes up
 * to five times its size, and a process without heap ends.
 */
export const heldWith = (heapBytes: number) => ({
  withKey: Math.min(256 * MIB, heapBytes / 6),
  ofOneKey: Math.min(64 * MIB, heapBytes / 8),
  withoutKey: Math.min(32 * MIB, heapBytes / 48),
  ofOneAddress: 2 * MIB,
});
const HELD = heldWith(getHeapStatistics().heap_size_limit);

const TIME: BodyTime = { mostMs: 30_000, slowAfterMs: 5_000, bytesPerSecond: 500 };
const RETRY_AFTER_S = 5;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read. Not in a WeakMap: V8 keeps its values until it collects all garbage. */
    response: ServerResponse | null;
  }
}

/** @returns the value of the body */
export type JsonBodyReader = (request: FastifyRequest) => Promise<unknown>;

/**
 * Reads JSON bodies with our own reader, which keeps their exact text. UTF-8 only (RFC 8259, section 8.1). The limit of
 * a body depends on whether there is a viewer, and is set before its first byte is read.
 * @returns the reader, for routes that take other media types of JSON too
 */
export function readJsonBodies(server: FastifyInstance, held = HELD): JsonBodyReader {
  const budgets = { withKey: createBudget(held.withKey), withoutKey: createBudget(held.withoutKey) };
  server.decorateRequest('json', null);
  server.decorateRequest('response', null);
  server.removeAllContentTypeParsers();
  server.addHook('preParsing', (request, reply, _payload, done) => {
    request.response = reply.raw;
    done();
  });
  const read: JsonBodyReader = async (request) => {
    const { viewer, ip, headers } = request;
    const mostBytes = viewer ? MAX_BODY_BYTES : MAX_ANONYMOUS_BYTES;
    if (Number(headers['content-length']) > mostBytes) throw tooLarge(request);
    const charset = charsetsOf(headers['content-type']).find((each) => !/^utf-?8$/i.test(each));
    if (charset !== undefined) {
      throw new AppError('BAD_USER_INPUT', `The charset is ${charset.slice(0, 40)}; JSON is read as UTF-8.`);
    }
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && !/^identity$/i.test(encoding)) {
      const message = `The content encoding is ${quoted(encoding)}; send the body as it is, without Content-Encoding.`;
      throw new Refusal('BAD_USER_INPUT', message, 415);
    }
    const holding = viewer ? budgets.withKey.open() : budgets.withoutKey.open();
    const owner = viewer ? credentialId(viewer) : addressRange(ip);
    holding.countFor(owner, viewer ? held.ofOneKey : held.ofOneAddress);
    try {
      const text = textOf(await readAll(request, mostBytes, holding));
      giveBack(holding, request.response);
      countAndCharge(text, request);
      const isLong = text.length > LONG_TEXT;
      // counting, reading and answering a long body are turns of their own
      if (isLong) await nextTurn();
      request.json = readJsonText(text);
      if (isLong) await nextTurn();
      return request.json.value;
    } catch (error) {
      holding.end();
      throw error;
    }
  };
  server.addContentTypeParser('application/json', read);
  return read;
}

/** What a body of many small parts costs in points, beside what it asks for: others wait while it is read, about 10 µs for 50 parts. */
const PARTS = { free: 20_000, perPoint: 50 };
/** Characters. Shorter bodies are read in some milliseconds. */
const LONG_TEXT = 256 * 1024;

/** Before anything is read. @throws Refusal 413, 429 */
function countAndCharge(text: string, { viewer, ip, server }: FastifyRequest): void {
  if (!viewer || text.length < PARTS.free) return;
  const { members, keys } = countParts(text);
  if (members > MAX_MEMBERS) {
    const message =
      `The body has ${withCommas(members)} members of objects and lists; at most ${withCommas(MAX_MEMBERS)} are allowed: ` +
      'send it in parts.';
    throw new Refusal('LIMIT_EXCEEDED', message, 413);
  }
  const requested = Math.ceil((members + keys - PARTS.free) / PARTS.perPoint);
  if (requested > 0) server.rates.spend(viewer, ip, { requested, limit: MAX_COST });
}

/** A content type should name one, at most. Of several, it is unknown which one the sender used. */
function charsetsOf(contentType = ''): string[] {
  return [...contentType.matchAll(/;\s*charset\s*=\s*"?([^";\s]+)/gi)].map(([, charset]) => charset as string);
}

async function readAll(request: FastifyRequest, mostBytes: number, holding: Holding): Promise<Buffer> {
  const { body, shortfall } = await readBody(request.raw, { mostBytes, time: TIME, hold: holding.take });
  switch (shortfall) {
    case null:
      return body;
    case 'TOO_LARGE':
      throw tooLarge(request);
    case 'NO_ROOM':
      throw tooMany('Too many bodies are held at this moment.', RETRY_AFTER_S);
    case 'TIMEOUT':
      throw new Refusal('BAD_USER_INPUT', 'The body did not arrive in time.', 408);
    case 'RESET':
      throw faultOf(400);
  }
}

function giveBack(holding: Holding, response: ServerResponse | null): void {
  if (!response || response.destroyed) holding.end();
  else response.once('close', () => holding.end());
}

function tooLarge({ viewer }: FastifyRequest): Error {
  if (viewer) return faultOf(413);
  return new AppError('UNAUTHENTICATED', 'A body of more than 64 KiB needs an API key: Authorization: Bearer hl_...');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function textOf(body: Buffer): string {
  try {
    return UTF_8.decode(body);
  } catch {
    throw new AppError('BAD_USER_INPUT', 'The body is not UTF-8.');
  }
}
