// The columns of an export. The database writes each row as a line, because a million rows would be a million objects
// here. `r` is the request, `w` its webhook, `u` its user.
import { ID_PREFIXES, type NodeName } from '../../ids';
import { networkOfSql } from '../../masking/shown-address';
import { csvCellSql } from '../../sql/csv-cell';
import { shownUrlSql } from '../../webhooks/credentials/shown-url';
import type { ExportFormat } from './export.entity';

interface Column {
  name: string;
  sql: string;
  /** A text from outside. Other columns have no characters that CSV quotes. */
  isText?: boolean;
}

const TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const id = (name: string, node: NodeName, sql: string): Column => {
  return { name, sql: `'${ID_PREFIXES[node]}_' || encode(uuid_send(${sql}), 'hex')` };
};
const text = (name: string, sql: string): Column => ({ name, sql, isText: true });
const plain = (name: string, sql: string): Column => ({ name, sql });
const time = (name: string, sql: string): Column => ({ name, sql: `to_char(${sql} at time zone 'UTC', ${TIME})` });

const MASKED_URL = shownUrlSql('r.url', 'w.url');

/** @param seesAll whether the readers of the file may see whole URLs and addresses */
function columnsFor(seesAll: boolean): Column[] {
  return [
    id('id', 'WebhookRequestLog', 'r.id'),
    id('webhookId', 'Webhook', 'r.webhook_id'),
    text('webhookName', 'w.name'),
    plain('direction', 'r.direction'),
    plain('status', 'r.status'),
    text('documentType', 'r.document_type'),
    text('event', 'r.event'),
    text('referenceDocument', 'r.reference_document'),
    id('businessEventId', 'BusinessEvent', 'r.business_event_id'),
    id('deliveryId', 'Delivery', 'r.delivery_id'),
    id('userId', 'User', 'r.user_id'),
    text('userName', 'u.name'),
    plain('attemptNumber', 'r.attempt_number'),
    plain('duplicate', 'r.duplicate'),
    plain('test', 'r.test'),
    id('replayId', 'Replay', 'r.replay_id'),
    text('method', 'r.method'),
    text('url', seesAll ? 'r.url' : MASKED_URL),
    time('startedAt', 'r.started_at'),
    time('finishedAt', 'r.finished_at'),
    plain('durationMs', 'r.duration_ms'),
    plain('dnsMs', 'r.dns_ms'),
    plain('connectMs', 'r.connect_ms'),
    plain('tlsMs', 'r.tls_ms'),
    plain('firstByteMs', 'r.first_byte_ms'),
    plain('responseStatus', 'r.response_status'),
    text('error', 'r.error'),
    plain('errorCode', 'r.error_code'),
    text('remoteAddress', seesAll ? 'r.remote_address' : networkOfSql('r.remote_address')),
  ];
}

/** The names of the columns, in the order of the file. */
export const EXPORT_COLUMNS: readonly string[] = columnsFor(true).map(({ name }) => name);

/** The SELECT list of a row as a line without its end, named `line`. */
export function lineSql(format: ExportFormat, seesAll: boolean): string {
  const columns = columnsFor(seesAll);
  if (format === 'CSV') return `concat(${columns.map(cellSql).join(`, ',', `)}) as line`;
  const fields = columns.map(({ name, sql }) => `${sql} as "${name}"`).join(', ');
  // an alias that no column has: PostgreSQL would take it for the column
  return `(select row_to_json(line_fields)::text from (select ${fields}) as line_fields) as line`;
}

// concat() skips nulls, which gives an empty cell
function cellSql({ sql, isText }: Column): string {
  return isText ? csvCellSql(sql) : `(${sql})::text`;
}
