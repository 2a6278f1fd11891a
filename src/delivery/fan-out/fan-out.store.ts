import {
  EVENT_PARAMETERS,
  eventValues,
  type FannedOut,
  fillOutboxSql,
  idsOfWaiting,
  insertEventsSql,
  LEAVE_OUTBOX_PARAMETERS,
  leaveOutboxSql,
  leaveOutboxValues,
  type OutboxRows,
} from '../../events/business-event.store';
import { insertKeysSql, NEW_KEY } from '../../events/idempotency-key.store';
import { NEW_PAYLOAD, type Payload, WITH_NEW_PAYLOADS, WITH_ONE_NEW_PAYLOAD } from '../../events/payload.store';
import {
  OPEN_PARAMETERS,
  type OpenRequest,
  openOneSql,
  openOneValues,
  openSql,
  openValues,
} from '../../request-log/open-close.store';
import { changedBy, type Db, statement } from '../../sql/db';
import { insertDeliveriesSql, insertOpenDeliveriesSql, NEW_DELIVERY, type NewDelivery } from '../delivery.store';

const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const AFTER_DELIVERIES = AFTER_PAYLOADS + NEW_DELIVERY.length;
const AFTER_EVENTS = AFTER_DELIVERIES + LEAVE_OUTBOX_PARAMETERS;
const LEAVE_OUTBOX = leaveOutboxSql(AFTER_DELIVERIES);

const OPENED = `opened as (${openSql(AFTER_EVENTS)})`;
const fanOutSql = (...withQueries: readonly string[]) =>
  statement(`${[WITH_NEW_PAYLOADS, ...withQueries, LEAVE_OUTBOX.withQuery].join(', ')} ${LEAVE_OUTBOX.sql}`);
const WRITE = fanOutSql(insertDeliveriesSql(AFTER_PAYLOADS));
const WRITE_OPENED = fanOutSql(insertDeliveriesSql(AFTER_PAYLOADS), OPENED);
const WRITE_AT_ONCE = fanOutSql(insertOpenDeliveriesSql(AFTER_PAYLOADS), OPENED);

export interface FanOutRows {
  payloads: readonly Payload[];
  deliveries: readonly NewDelivery[];
  /** The first attempts that are opened with their deliveries. */
  requests: readonly OpenRequest[];
  /** The events that leave the outbox. */
  events: readonly FannedOut[];
}

/** Inserts payloads, deliveries and requests, and takes the events out of the outbox, in one statement. */
export async function writeFanOut(
  db: Db,
  { payloads, deliveries, requests, events }: FanOutRows,
  at: Date,
): Promise<void> {
  const rows = [
    ...NEW_PAYLOAD.valuesOf(payloads),
    ...NEW_DELIVERY.valuesOf(deliveries),
    ...leaveOutboxValues(events, at),
  ];
  if (requests.length === 0) await changedBy(db, WRITE, rows);
  else await changedBy(db, areOpen(deliveries) ? WRITE_AT_ONCE : WRITE_OPENED, [...rows, ...openValues(requests)]);
}

const PUBLISHED_DELIVERIES = AFTER_PAYLOADS + EVENT_PARAMETERS;
const PUBLISHED_KEYS = PUBLISHED_DELIVERIES + NEW_DELIVERY.length;
const PUBLISHED_REQUESTS = PUBLISHED_KEYS + NEW_KEY.length;
const WAITING = PUBLISHED_REQUESTS + OPEN_PARAMETERS;

/** Published events, some of which are fanned out, with their deliveries and first attempts. */
export type PublishedRows = OutboxRows & Pick<FanOutRows, 'deliveries' | 'requests'>;

// A table that gets no row is not named, since PostgreSQL opens each table of a statement, with its triggers, checks and partitions. As a
// rule, all events are sent at once: their deliveries are open and block no other, and no event waits.
const PUBLISHED = statement(
  publishedSql(`${insertDeliveriesSql(PUBLISHED_DELIVERIES)}, waiting as (${fillOutboxSql(WAITING)})`),
);
const PUBLISHED_AT_ONCE = statement(publishedSql(insertOpenDeliveriesSql(PUBLISHED_DELIVERIES)));

function publishedSql(deliveries: string): string {
  return `${WITH_NEW_PAYLOADS}, ${deliveries},
    new_keys as (${insertKeysSql(PUBLISHED_KEYS)}), opened as (${openSql(PUBLISHED_REQUESTS)})
  ${insertEventsSql(AFTER_PAYLOADS)}`;
}

// One event with an idempotency key, and its delivery, which is sent at once with the event's payload: at low load, most transactions are like this.
const ONE_DELIVERY = AFTER_PAYLOADS + EVENT_PARAMETERS;
const ONE_KEY = ONE_DELIVERY + NEW_DELIVERY.length;
const ONE_REQUEST = ONE_KEY + NEW_KEY.length;
const ONE_PUBLISHED = statement(`${WITH_ONE_NEW_PAYLOAD}, ${insertOpenDeliveriesSql(ONE_DELIVERY, 'ONE')},
    new_keys as (${insertKeysSql(ONE_KEY, 'ONE')}), opened as (${openOneSql(ONE_REQUEST)})
  ${insertEventsSql(AFTER_PAYLOADS, 'ONE')}`);

/** Inserts all in one statement, and the events that are not fanned out into the outbox too. */
export async function writePublished(db: Db, rows: PublishedRows): Promise<void> {
  const { payloads, events, keys = [], deliveries, requests } = rows;
  const [request] = requests;
  if (request && isOneAndAtOnce(rows)) {
    await changedBy(db, ONE_PUBLISHED, [
      ...payloads.flatMap((payload) => NEW_PAYLOAD.valuesOf([payload], 'ONE')),
      ...eventValues(events, 'ONE'),
      ...NEW_DELIVERY.valuesOf(deliveries, 'ONE'),
      ...NEW_KEY.valuesOf(keys, 'ONE'),
      ...openOneValues(request),
    ]);
    return;
  }
  const waiting = idsOfWaiting(events);
  const values = [
    ...NEW_PAYLOAD.valuesOf(payloads),
    ...eventValues(events),
    ...NEW_DELIVERY.valuesOf(deliveries),
    ...NEW_KEY.valuesOf(keys),
    ...openValues(requests),
  ];
  if (waiting.length === 0 && areOpen(deliveries)) await changedBy(db, PUBLISHED_AT_ONCE, values);
  else await changedBy(db, PUBLISHED, [...values, waiting]);
}

function isOneAndAtOnce({ payloads, events, keys = [], deliveries, requests }: PublishedRows): boolean {
  const isOne = [events, keys, deliveries, requests].every(({ length }) => length === 1);
  return isOne && payloads.length === 1 && areOpen(deliveries);
}

/** Whether they are written to no other table than the one of open deliveries. */
function areOpen(deliveries: readonly NewDelivery[]): boolean {
  return deliveries.every(({ finishedAt, blocks }) => finishedAt === null && !blocks);
}
