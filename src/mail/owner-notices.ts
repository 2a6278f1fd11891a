// What the owner of a webhook is told of an event about it. Only the named keys of its data get into a notice: no content, no ids of
// documents, and no names.
import type { OwnEvent, OwnEventName } from '../events/own-events';
import type { Db } from '../sql/db';
import { insertOwnerNotices, type OwnerNotice } from './mail-notice.store';

interface Told {
  topic: string;
  facts: readonly string[];
  /** Those of an hour are told together. */
  hourly: boolean;
}

const TOLD: Partial<Record<OwnEventName, Told>> = {
  'webhook.failing': { topic: 'WEBHOOK_FAILING', facts: ['reason', 'openUntil'], hourly: false },
  'webhook.recovered': { topic: 'WEBHOOK_RECOVERED', facts: ['failingSince', 'recoveredAt'], hourly: false },
  'webhook.disabled': { topic: 'WEBHOOK_DISABLED', facts: ['reason', 'disabledAt'], hourly: false },
  'delivery.exhausted': { topic: 'DELIVERIES_EXHAUSTED', facts: ['lastError'], hourly: true },
};

/** Called in the transaction that publishes the events. */
export type TellOwners = (db: Db, events: readonly OwnEvent[]) => Promise<void>;

export const tellOwners: TellOwners = (db, events) => insertOwnerNotices(db, ownerNoticesOf(events));

/** Without SMTP_URL. */
export const tellNoOwners: TellOwners = async () => undefined;

/** Exported for tests. Equal ones are one notice, with their number. */
export function ownerNoticesOf(events: readonly OwnEvent[]): OwnerNotice[] {
  const notices = new Map<string, OwnerNotice>();
  for (const { event, data, causePath } of events) {
    const told = TOLD[event];
    const [webhookId] = causePath;
    if (!told || webhookId === undefined) continue;
    const all = data as Readonly<Record<string, unknown>>;
    const facts = Object.fromEntries(told.facts.map((name) => [name, all[name]]));
    const key = JSON.stringify([webhookId, told.topic, facts]);
    const same = notices.get(key);
    if (same) same.count += 1;
    else notices.set(key, { webhookId, topic: told.topic, facts, count: 1, hourly: told.hourly });
  }
  return [...notices.values()];
}
