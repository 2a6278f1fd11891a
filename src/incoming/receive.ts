// Receives a call: decides about it, records it, and then answers it.

import type { Keyring } from '../keyring/keyring';
import type { Log } from '../logging/log';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { currentMs } from '../time/clock';
import { REFUSAL_CODES } from '../verification/claim';
import { hashIncomingToken } from '../webhooks/incoming/incoming-agreement.store';
import {
  type ArrivedCall,
  type Decision,
  decide,
  type Refused,
  refusalOfInactive,
  SHORTFALLS,
} from './accept-or-refuse';
import { type Answer, answerToRefused } from './answer';
import { createSettingsCache, type IncomingSettings } from './incoming-settings';
import { createRecorder } from './record-calls';
import { createRefusalRate, createUnrecordedRefusals } from './refusals/unrecorded-refusals';

const RECORDED = ['ACCEPTED', 'DUPLICATE'] as const;
/** UNAVAILABLE: it was answered 503, and the partner is to repeat it. */
const UNRECORDED = ['UNKNOWN_ADDRESS', 'UNAVAILABLE'] as const;
const REFUSED = [...new Set([...REFUSAL_CODES, ...SHORTFALLS])];

/** The result of a call, for metrics. */
export type CallResult = (typeof RECORDED)[number] | (typeof UNRECORDED)[number] | Refused['code'];

/** All that can happen to a call, for metrics that begin at 0. A refused call has a row unless there are very many of them. */
export const CALL_RESULTS: readonly { outcome: CallResult; recorded: boolean }[] = [
  ...[...RECORDED, ...REFUSED].map((outcome) => ({ outcome, recorded: true })),
  ...[...UNRECORDED, ...REFUSED].map((outcome) => ({ outcome, recorded: false })),
];

export interface ReceiverParts {
  db: Db;
  transaction: Transaction;
  keyring: Keyring;
  log: Log;
  /** Called after events were committed into the outbox. @param events their number */
  announceEvents(events: number): void;
  onReceived(fate: CallResult, recorded: boolean): void;
}

/** The settings of an address. */
export interface Found {
  readonly settings: IncomingSettings;
  readonly tokenHash: Buffer;
  /** When they were read, by `performance.now()`; null: they are known from earlier calls, and may have changed. */
  readonly readAt: number | null;
  /** Why calls are refused without reading them; null: they are read. */
  readonly shut: Refused | null;
}

export interface Receiver {
  /** Finds the webhook of an address before the body is read; null: there is none, which is counted. */
  find(token: string): Promise<Found | null>;
  /**
   * Resolves when the call is recorded and the answer can be sent; null: the address expired while the body was
   * received.
   * @param hold see `decide`
   * @throws Error when the call could not be recorded: the partner must repeat it
   */
  receive(call: ArrivedCall, found: Found, hold: (bytes: number) => void): Promise<Answer | null>;
  /** Refuses a call whose body was not read. @throws Error like `receive` */
  refuseUnread(call: ArrivedCall, found: Found, why: Refused): Promise<Answer>;
  /** Counts a call that is answered 503. */
  countUnavailable(): void;
  /** Waits until all received calls are recorded. */
  stop(): Promise<void>;
}

export function createReceiver(parts: ReceiverParts): Receiver {
  const { db, transaction, keyring, log, announceEvents, onReceived } = parts;
  const cache = createSettingsCache(db, keyring);
  const recorder = createRecorder(transaction, log);
  const rate = createRefusalRate();
  const unrecordedRefusals = createUnrecordedRefusals(db, log);

  /** null: the settings by which it was accepted have changed. */
  async function record(call: ArrivedCall, { settings, tokenHash }: Found, decision: Decision, keptBytes: number) {
    const recorded = await recorder.add({ call, settings, tokenHash, decision, keptBytes });
    if (recorded === null) return null;
    if (recorded.waits) announceEvents(1);
    onReceived(recorded.outcome, true);
    return recorded.answer;
  }

  async function refuse(call: ArrivedCall, found: Found, refused: Refused): Promise<Answer> {
    const { settings } = found;
    const admitted = rate.admit(settings.webhook.id);
    if (admitted) {
      const message = admitted.othersUnrecorded ? `${refused.message} ${OTHERS_UNRECORDED}` : refused.message;
      return (await record(call, found, { ...refused, message }, admitted.bodyBytes)) as Answer;
    }
    unrecordedRefusals.count(settings.webhook.id, refused.code);
    onReceived(refused.code, false);
    return answerToRefused(call.id, settings, refused);
  }

  /** null: the settings by which it was refused have changed. */
  async function refuseByCurrent(call: ArrivedCall, found: Found, refused: Refused): Promise<Answer | null> {
    if (isOld(found) && (await read(found.tokenHash))?.settings !== found.settings) return null;
    return refuse(call, found, refused);
  }

  async function read(tokenHash: Buffer): Promise<Found | null> {
    const readAt = performance.now();
    const settings = await cache.find(tokenHash);
    return settings && { settings, tokenHash, readAt, shut: refusalOfInactive(settings) };
  }

  async function find(token: string): Promise<Found | null> {
    const tokenHash = hashIncomingToken(token);
    if (tokenHash === null) return null;
    const settings = cache.known(tokenHash);
    if (settings === null || refusalOfInactive(settings) !== null) return read(tokenHash);
    return { settings, tokenHash, readAt: null, shut: null };
  }

  return {
    async find(token) {
      const found = await find(token);
      if (!found) onReceived('UNKNOWN_ADDRESS', false);
      return found;
    },
    async receive(call, found, hold) {
      for (let now: Found | null = found; now !== null; now = await read(found.tokenHash)) {
        const decision = await decide(call, now.settings, currentMs(), hold);
        const answer = await (decision.accepted
          ? record(call, now, decision, 0)
          : refuseByCurrent(call, now, decision));
        if (answer !== null) return answer;
      }
      onReceived('UNKNOWN_ADDRESS', false);
      return null;
    },
    refuseUnread: refuse,
    countUnavailable: () => onReceived('UNAVAILABLE', false),
    async stop() {
      await recorder.idle();
      await unrecordedRefusals.stop();
    },
  };
}

/** Before a call is refused by settings that are older, they are read again: a secret may be replaced while the body is received. */
const MAX_SETTINGS_AGE_MS = 500;

function isOld({ readAt }: Found): boolean {
  return readAt === null || performance.now() - readAt > MAX_SETTINGS_AGE_MS;
}

const OTHERS_UNRECORDED =
  'Such calls are received faster than they are recorded: unrecordedRefusals of the webhook counts the others.';
