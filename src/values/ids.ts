import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { currentMs } from '../time/clock';

/** The type prefixes of the opaque ids in the API. */
export const ID_PREFIXES = {
  User: 'usr',
  ApiKey: 'key',
  Session: 'ses',
  Webhook: 'whk',
  BusinessEvent: 'evt',
  Delivery: 'dlv',
  WebhookRequestLog: 'req',
  Replay: 'rpl',
  Approval: 'apr',
  Export: 'exp',
  AuditEntry: 'aud',
  WebhookVersion: 'whv',
  MaskingRule: 'msk',
  LegalHold: 'hld',
  Erasure: 'ers',
  DeadLetter: 'dlt',
  EvidenceRun: 'evr',
} as const;
export type NodeName = keyof typeof ID_PREFIXES;

export function isNodeName(name: string): name is NodeName {
  return name in ID_PREFIXES;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether it is a UUID in lower case, as the API gives ids of jobs. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

const RANDOM_BYTES = 16;
const pool = Buffer.alloc(256 * RANDOM_BYTES);
let poolLeft = 0;
let lastMs = 0;
let sequence = 0;

/** The database refuses ids that are further ahead of its time: after a clock was set back so far, the order starts again. */
const MAX_AHEAD_MS = 5 * 60_000;

/** A new UUIDv7 (RFC 9562, section 5.7). The ids of one process sort in the order of their creation. */
export function newId(): string {
  const random = randomBytes16();
  const now = currentMs();
  if (now > lastMs || now < lastMs - MAX_AHEAD_MS) {
    lastMs = now;
    // 31 random bits, so that the sequence can be incremented within the millisecond
    sequence = random.readUInt32BE(6) >>> 1;
  } else {
    sequence = (sequence + 1) | 0;
    if (sequence === 0) lastMs += 1;
  }
  return v7({ msecs: lastMs, seq: sequence, random });
}

// Generates many at once: single calls are the slowest part of an id, and a delivery takes three ids.
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

/** The smallest UUID whose time is not before `ms`. It turns a time filter into an id range. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.min(ms, 0xffffffffffff)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Before every id: where a walk over ids begins. It is no id of a row. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** At or after every id. */
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * The smallest and the largest of these ids. With both in its WHERE, a statement skips the partitions of other months. Of
 * none: an id that no row has.
 */
export function idBounds(ids: readonly string[]): [smallest: string, largest: string] {
  let [smallest = FIRST_ID, largest = FIRST_ID] = [ids[0], ids[0]];
  for (const id of ids) {
    if (id < smallest) smallest = id;
    if (id > largest) largest = id;
  }
  return [smallest, largest];
}

export function toNodeId(name: NodeName, id: string): string {
  return `${ID_PREFIXES[name]}_${id.replaceAll('-', '')}`;
}

/** The type and the UUID of an id of the API; null: it is not such an id. */
export function readNodeId(nodeId: string): { name: NodeName; id: string } | null {
  const match = /^([a-z]{3})_([0-9a-f]{32})$/.exec(nodeId);
  const name = (Object.keys(ID_PREFIXES) as NodeName[]).find((candidate) => ID_PREFIXES[candidate] === match?.[1]);
  if (!match || !name) return null;
  const hex = match[2] as string;
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return UUID.test(id) ? { name, id } : null;
}

/** The UUID of an id of the API of this type; null: it has another type or is not such an id. */
export function uuidOf(name: NodeName, nodeId: string): string | null {
  const read = readNodeId(nodeId);
  return read?.name === name ? read.id : null;
}
