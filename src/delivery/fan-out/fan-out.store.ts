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
import {
  digestOfAny,
  digestOfNew,
  NEW_PAYLOAD,
  type Payload,
  WITH_NEW_PAYLOADS,
  WITH_ONE_NEW_PAYLOAD,
} from '../../events/payload.store';
import { idBounds } from '../../ids';
import { OPEN_PARAMETERS, type OpenRequest, openSql, openValues } from '../../request-log/open-close.store';
import type { RowCount } from '../../sql/columns';
import { changedBy, type Db, type Statement, statement } from '../../sql/db';
import { insertDeliveriesSql, NEW_DELIVERY, type NewDelivery } from '../delivery.store';
import { insertSentSql, SENT_DELIVERY, sentDeliveries } from '../sent-delivery.store';

const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const AFTER_EVENTS = AFTER_PAYLOADS + LEAVE_OUTBOX_PARAMETERS;
const AFTER_DELIVERIES = AFTER_EVENTS + NEW_DELIVERY.length;
const AFTER_SENT = AFTER_EVENTS + SENT_DELIVERY.length;
const LEAVE_OUTBOX = leaveOutboxSql(AFTER_PAYLOADS);

const fanOutSql = (...withQueries: readonly string[]) =>
  statement(`${[WITH_NEW_PAYLOADS, ...withQueries, LEAVE_OUTBOX.withQuery].join(', ')} ${LEAVE_OUTBOX.sql}`);
const WRITE = fanOutSql(insertDeliveriesSql(AFTER_EVENTS));
const WRITE_OPENED = fanOutSql(insertDeliveriesSql(AFTER_EVENTS), `opened as (${openSql(AFTER_DELIVERIES)})`);
const WRITE_SENT = fanOutSql(insertSentSql(AFTER_EVENTS, digestOfAny('payload_id', AFTER_SENT)));

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
  const rows = [...NEW_PAYLOAD.valuesOf(payloads), ...leaveOutboxValues(events, at)];
  const sent = sentDeliveries(deliveries, requests);
  if (sent) {
    await changedBy(db, WRITE_SENT, [
      ...rows,
      ...SENT_DELIVERY.valuesOf(sent),
      ...idBounds(requests.map(({ payloadId }) => payloadId)),
    ]);
    return;
  }
  rows.push(...NEW_DELIVERY.valuesOf(deliveries));
  if (requests.length === 0) await changedBy(db, WRITE, rows);
  else await changedBy(db, WRITE_OPENED, [...rows, ...openValues(requests)]);
}

const PUBLISHED_KEYS = AFTER_PAYLOADS + EVENT_PARAMETERS;
const PUBLISHED_DELIVERIES = PUBLISHED_KEYS + NEW_KEY.length;
const PUBLISHED_REQUESTS = PUBLISHED_DELIVERIES + NEW_DELIVERY.length;
const WAITING = PUBLISHED_REQUESTS + OPEN_PARAMETERS;

/** Published events, some of which are fanned out, with their deliveries and first attempts. */
export type PublishedRows = OutboxRows & Pick<FanOutRows, 'deliveries' | 'requests'>;

// A table that gets no row is not named, since PostgreSQL opens each table of a statement, with its triggers, checks and partitions. As a
// rule, all events are sent at once: their deliveries are open and block no other, and no event waits.
const PUBLISHED = statement(`${WITH_NEW_PAYLOADS}, new_keys as (${insertKeysSql(PUBLISHED_KEYS)}),
    ${insertDeliveriesSql(PUBLISHED_DELIVERIES)}, opened as (${openSql(PUBLISHED_REQUESTS)}),
    waiting as (${fillOutboxSql(WAITING)})
  ${insertEventsSql(AFTER_PAYLOADS)}`);
const PUBLISHED_SENT: Record<RowCount, Statement> = { MANY: publishedSentSql('MANY'), ONE: publishedSentSql('ONE') };

/** @param count ONE: one event with an idempotency key, and its delivery. At low load, most transactions are like this */
function publishedSentSql(count: RowCount): Statement {
  return statement(`${count === 'ONE' ? WITH_ONE_NEW_PAYLOAD : WITH_NEW_PAYLOADS},
    new_keys as (${insertKeysSql(PUBLISHED_KEYS, count)}),
    ${insertSentSql(PUBLISHED_DELIVERIES, digestOfNew('payload_id', count), count)}
  ${insertEventsSql(AFTER_PAYLOADS, count)}`);
}

/** Inserts all in one statement, and the events that are not fanned out into the outbox too. */
export async function writePublished(db: Db, rows: PublishedRows): Promise<void> {
  const { payloads, events, keys = [], deliveries, requests } = rows;
  const waiting = idsOfWaiting(events);
  const sent = waiting.length === 0 ? sentDeliveries(deliveries, requests) : null;
  const isOne = sent !== null && [payloads, events, keys, sent].every(({ length }) => length === 1);
  const count: RowCount = isOne ? 'ONE' : 'MANY';
  const published = [
    ...NEW_PAYLOAD.valuesOf(payloads, count),
    ...eventValues(events, count),
    ...NEW_KEY.valuesOf(keys, count),
  ];
  if (sent) {
    await changedBy(db, PUBLISHED_SENT[count], [...published, ...SENT_DELIVERY.valuesOf(sent, count)]);
    return;
  }
  await changedBy(db, PUBLISHED, [
    ...published,
    ...NEW_DELIVERY.valuesOf(deliveries),
    ...openValues(requests),
    waiting,
  ]);
}
