import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { currentMs } from './clock';

/** Type prefixes of the opaque ids that clients see. */
export const ID_PREFIXES = {
  User: 'usr',
  ApiKey: 'key',
  Webhook: 'whk',
  BusinessEvent: 'evt',
  Delivery: 'dlv',
  WebhookRequestLog: 'req',
  Replay: 'rpl',
  Export: 'exp',
} as const;
export type NodeName = keyof typeof ID_PREFIXES;

export function isNodeName(name: string): name is NodeName {
  return name in ID_PREFIXES;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const RANDOM_BYTES = 16;
const pool = Buffer.alloc(256 * RANDOM_BYTES);
let poolLeft = 0;
let lastMs = 0;
let sequence = 0;

/** A UUIDv7 (RFC 9562, section 5.7): ids made later by one process sort later. */
export function newId(): string {
  const random = randomBytes16();
  const now = currentMs();
  if (now > lastMs) {
    lastMs = now;
    // 31 random bits, which leaves room to count up within the millisecond
    sequence = random.readUInt32BE(6) >>> 1;
  } else {
    sequence = (sequence + 1) | 0;
    if (sequence === 0) lastMs += 1;
  }
  return v7({ msecs: lastMs, seq: sequence, random });
}

// Asked for many at once: one by one, random bytes are the dearest part of an id, and a delivery takes three.
function randomBytes16(): Buffer {
  if (poolLeft === 0) {
    randomFillSync(pool);
    poolLeft = pool.length;
  }
  poolLeft -= RANDOM_BYTES;
  return pool.subarray(poolLeft, poolLeft + RANDOM_BYTES);
}

/** The time in a UUIDv7, whole milliseconds. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** The smallest UUID whose time is not before `ms`; turns a time filter into an id range. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.min(ms, 0xffffffffffff)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The smallest and the largest of these ids: with both in its WHERE, a statement leaves out the other months. */
export function idBounds(ids: readonly string[]): [smallest: string, largest: string] {
  let [smallest = '', largest = ''] = [ids[0], ids[0]];
  for (const id of ids) {
    if (id < smallest) smallest = id;
    if (id > largest) largest = id;
  }
  return [smallest, largest];
}

export function toNodeId(name: NodeName, id: string): string {
  return `${ID_PREFIXES[name]}_${id.replaceAll('-', '')}`;
}

/** The type and UUID behind a client's id, or null for anything that is not one of ours. */
export function readNodeId(nodeId: string): { name: NodeName; id: string } | null {
  const match = /^([a-z]{3})_([0-9a-f]{32})$/.exec(nodeId);
  const name = (Object.keys(ID_PREFIXES) as NodeName[]).find((candidate) => ID_PREFIXES[candidate] === match?.[1]);
  if (!match || !name) return null;
  const hex = match[2] as string;
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return UUID.test(id) ? { name, id } : null;
}

/** The UUID behind a client's id of this type; null when it is of another type or not an id at all. */
export function uuidOf(name: NodeName, nodeId: string): string | null {
  const read = readNodeId(nodeId);
  return read?.name === name ? read.id : null;
}
