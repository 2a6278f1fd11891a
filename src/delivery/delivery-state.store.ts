// Parts of statements that change deliveries: they write the tables by which deliveries are found. Each statement changes the
// row of a delivery first, so that its lock covers its rows in these tables.
import { joinsByIndex } from '../sql/index-lookup';
import { OPEN_STATUSES } from './delivery-state.entity';

const OPEN = 'id, webhook_id, document_type, status, held, waits_for, next_attempt_at';
const FINISHED = 'id, webhook_id, document_type, status, finished_at';
const BLOCKING = 'webhook_id, document_type, reference_document, id';

// `o` is an open delivery. The primary key begins with the status.
const IS_OPEN = `o.status in (${OPEN_STATUSES.map((status) => `'${status}'`).join(', ')})`;

/** @param source of rows with the columns of deliveries; with a WHERE clause if need be */
export function insertOpenSql(source: string): string {
  return `insert into open_deliveries (${OPEN}) select ${OPEN} from ${source}`;
}

export function insertFinishedSql(source: string): string {
  return `insert into finished_deliveries (${FINISHED}) select ${FINISHED} from ${source}`;
}

export function insertBlockingSql(source: string): string {
  return `insert into blocking_deliveries (${BLOCKING}) select ${BLOCKING} from ${source}`;
}

/** Copies columns from changed deliveries. @param from a WITH query that returned the id and these columns */
export function updateOpenSql(from: string, columns: readonly string[], where = 'true'): string {
  const copied = columns.map((column) => `${column} = u.${column}`).join(', ');
  return `update open_deliveries as o set ${copied} from ${from} as u
    where ${where} and ${IS_OPEN} and ${joinsByIndex('o.id', 'u.id')}`;
}

/** A statement that moves open deliveries between held, waiting and due. @param update of `deliveries as d` */
export function moveSql(update: string): string {
  return `with moved as (${update} returning d.id, d.held, d.waits_for, d.next_attempt_at),
      copied as (${updateOpenSql('moved', ['held', 'waits_for', 'next_attempt_at'])})
    select id from moved`;
}

export function deleteOpenSql(from: string, where = 'true'): string {
  return `delete from open_deliveries as o using ${from} as u
    where ${where} and ${IS_OPEN} and ${joinsByIndex('o.id', 'u.id')}`;
}

/** @param from a WITH query that returned the columns of `blocking_deliveries` of the deliveries that block no longer */
export function deleteBlockingSql(from: string, where = 'true'): string {
  return `delete from blocking_deliveries as b using ${from} as u where ${where} and b.webhook_id = u.webhook_id
    and b.document_type = u.document_type and b.reference_document = u.reference_document and b.id = u.id`;
}
