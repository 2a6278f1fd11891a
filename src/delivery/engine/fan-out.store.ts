import {
  EVENT_PARAMETERS,
  eventValues,
  type FannedOut,
  fillOutboxSql,
  idsOfWaiting,
  insertEventsSql,
  insertKeysSql,
  LEAVE_OUTBOX_PARAMETERS,
  leaveOutboxSql,
  leaveOutboxValues,
  NEW_KEY,
  type OutboxRows,
} from '../../events/business-event.store';
import { digestOfAny, digestOfNew, NEW_PAYLOAD, type Payload, WITH_NEW_PAYLOADS } from '../../events/payload.store';
import type { OpenRequest } from '../../request-log/open-close.store';
import { changedBy, type Db, statement } from '../../sql/db';
import { idBounds } from '../../values/ids';
import { insertDeliveriesSql, NEW_DELIVERY, type NewDelivery } from '../delivery.store';
import { divideSent, insertSentSql, SENT_DELIVERY } from '../sent-delivery.store';

const AFTER_PAYLOADS = NEW_PAYLOAD.length + 1;
const AFTER_EVENTS = AFTER_PAYLOADS + LEAVE_OUTBOX_PARAMETERS;
const AFTER_SENT = AFTER_EVENTS + SENT_DELIVERY.length;
const AFTER_BOUNDS = AFTER_SENT + 2;
const LEAVE_OUTBOX = leaveOutboxSql(AFTER_PAYLOADS);

// A table that gets no row is not named, since PostgreSQL opens each table of a statement, with its triggers, checks and partitions.
const fanOutSql = (...withQueries: readonly string[]) =>
  statement(`${[WITH_NEW_PAYLOADS, ...withQueries, LEAVE_OUTBOX.withQuery].join(', ')} ${LEAVE_OUTBOX.sql}`);
const SENT = insertSentSql(AFTER_EVENTS, digestOfAny('payload_id', AFTER_SENT));
const WRITE = fanOutSql(insertDeliveriesSql(AFTER_EVENTS));
const WRITE_SENT = fanOutSql(SENT);
const WRITE_BOTH = fanOutSql(SENT, insertDeliveriesSql(AFTER_BOUNDS));

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
  const { sent, others } = divideSent(deliveries, requests);
  if (sent.length > 0)
    rows.push(...SENT_DELIVERY.valuesOf(sent), ...idBounds(sent.map(({ payloadId }) => payloadId as string)));
  if (others.length > 0 || sent.length === 0) rows.push(...NEW_DELIVERY.valuesOf(others));
  if (sent.length === 0) await changedBy(db, WRITE, rows);
  else await changedBy(db, others.length === 0 ? WRITE_SENT : WRITE_BOTH, rows);
}

const PUBLISHED_KEYS = AFTER_PAYLOADS + EVENT_PARAMETERS;
const PUBLISHED_SENT = PUBLISHED_KEYS + NEW_KEY.length;
const PUBLISHED_OTHERS = PUBLISHED_SENT + SENT_DELIVERY.length;
const WAITING = PUBLISHED_OTHERS + NEW_DELIVERY.length;

/** Published events, some of which are fanned out, with their deliveries and first attempts. */
export type PublishedRows = OutboxRows & Pick<FanOutRows, 'deliveries' | 'requests'>;

// as a rule, all events are sent at once: none waits
const publishedSql = (...withQueries: readonly string[]) =>
  statement(`${WITH_NEW_PAYLOADS}, new_keys as (${insertKeysSql(PUBLISHED_KEYS)}),
    ${[insertSentSql(PUBLISHED_SENT, digestOfNew('payload_id')), ...withQueries].join(', ')}
  ${insertEventsSql(AFTER_PAYLOADS)}`);
const PUBLISH_SENT = publishedSql();
const PUBLISH = publishedSql(insertDeliveriesSql(PUBLISHED_OTHERS), `waiting as (${fillOutboxSql(WAITING)})`);

/** Inserts all in one statement, and the events that are not fanned out into the outbox too. */
export async function writePublished(db: Db, rows: PublishedRows): Promise<void> {
  const { payloads, events, keys = [], deliveries, requests } = rows;
  const waiting = idsOfWaiting(events);
  const { sent, others } = divideSent(deliveries, requests);
  const published = [
    ...NEW_PAYLOAD.valuesOf(payloads),
    ...eventValues(events),
    ...NEW_KEY.valuesOf(keys),
    ...SENT_DELIVERY.valuesOf(sent),
  ];
  if (waiting.length === 0 && others.length === 0) await changedBy(db, PUBLISH_SENT, published);
  else await changedBy(db, PUBLISH, [...published, ...NEW_DELIVERY.valuesOf(others), waiting]);
}
