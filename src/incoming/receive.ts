// Receives a call: decides about it, records it, and then answers it.
import { currentMs } from '../clock';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../log';
import type { Db } from '../sql/db';
import type { Transaction } from '../sql/transactions';
import { hashIncomingToken } from '../webhooks/incoming/incoming-token';
import { type Decision, decide, type Refused, refusalOfInactive } from './accept-or-refuse';
import { type Answer, answerToRefused } from './answers';
import type { ArrivedCall } from './arrived-call';
import { createSettingsCache, type IncomingSettings } from './incoming-settings';
import { createRecorder } from './record-in-batches';
import { createRefusalRate } from './refusals/refusal-rate';
import { createUnrecordedRefusals } from './refusals/unrecorded-refusals';

/** The result of a call, for metrics. */
export type CallResult = 'ACCEPTED' | 'DUPLICATE' | 'UNKNOWN_ADDRESS' | Refused['code'];

export interface ReceiverParts {
  db: Db;
  transaction: Transaction;
  keyring: Keyring;
  log: Log;
  /** Called after events were committed into the outbox. @param events their number */
  announceEvents(events: number): void;
  onReceived(fate: CallResult, recorded: boolean): void;
}

/** Incoming settings, and the time at which they were current. */
export interface Found {
  readonly settings: IncomingSettings;
  readonly at: number;
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
  /** Waits until all received calls are recorded. */
  stop(): Promise<void>;
}

export function createReceiver(parts: ReceiverParts): Receiver {
  const { db, transaction, keyring, log, announceEvents, onReceived } = parts;
  const cache = createSettingsCache(db, keyring);
  const recorder = createRecorder(transaction);
  const rate = createRefusalRate();
  const unrecordedRefusals = createUnrecordedRefusals(db, log);

  async function record(call: ArrivedCall, settings: IncomingSettings, decision: Decision, keptBytes: number) {
    const { answer, outcome, waits } = await recorder.add({ call, settings, decision, keptBytes });
    if (waits) announceEvents(1);
    onReceived(outcome, true);
    return answer;
  }

  async function refuse(call: ArrivedCall, settings: IncomingSettings, refused: Refused): Promise<Answer> {
    const admitted = rate.admit(settings.webhook.id);
    if (admitted) {
      const message = admitted.othersUnrecorded ? `${refused.message} ${OTHERS_UNRECORDED}` : refused.message;
      return record(call, settings, { ...refused, message }, admitted.bodyBytes);
    }
    unrecordedRefusals.count(settings.webhook.id, refused.code);
    onReceived(refused.code, false);
    return answerToRefused(call.id, settings, refused);
  }

  async function find(token: string): Promise<Found | null> {
    const at = performance.now();
    const hash = hashIncomingToken(token);
    const settings = hash && (await cache.find(hash));
    return settings && { settings, at, shut: refusalOfInactive(settings) };
  }

  async function findCounted(token: string): Promise<Found | null> {
    const found = await find(token);
    if (!found) onReceived('UNKNOWN_ADDRESS', false);
    return found;
  }

  return {
    find: findCounted,
    async receive(call, found, hold) {
      // a secret may be replaced while the body is received
      const isOld = performance.now() - found.at > MAX_SETTINGS_AGE_MS;
      const now = isOld ? await findCounted(call.token) : found;
      if (now === null) return null;
      const { settings } = now;
      const decision = await decide(call, settings, currentMs(), hold);
      return decision.accepted ? record(call, settings, decision, 0) : refuse(call, settings, decision);
    },
    refuseUnread: (call, { settings }, why) => refuse(call, settings, why),
    async stop() {
      await recorder.idle();
      await unrecordedRefusals.stop();
    },
  };
}

/** Settings that are older are read again. */
const MAX_SETTINGS_AGE_MS = 500;
const OTHERS_UNRECORDED =
  'Such calls are received faster than they are recorded: unrecordedRefusals of the webhook counts the others.';
