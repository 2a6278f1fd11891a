// Reads the requests of changes in the feed.
import { idBounds } from '../../ids';
import { bindings, type Condition, toSql } from '../../sql/condition';
import { type Db, rowsOf, statement } from '../../sql/db';
import { REQUEST_LOG, type RequestRow } from '../request-log.store';

export async function changedRequests(db: Db, ids: readonly string[]): Promise<Map<string, RequestRow>> {
  const rows = await rowsOf<RequestRow>(
    db,
    statement(`select ${REQUEST_LOG.columns} from webhook_request_logs
      where id = any($1::uuid[]) and id between $2 and $3`),
    [ids, ...idBounds(ids)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Which of these requests meet a condition now. Linked rows are read each time, because they may change. */
export async function requestsMeeting(
  db: Db,
  ids: readonly string[],
  condition: Condition,
): Promise<Map<string, { closed: boolean }>> {
  const { values, bind } = bindings();
  const [smallest, largest] = idBounds(ids);
  const rows = await rowsOf<{ id: string; closed: boolean }>(
    db,
    `select id, finished_at is not null as closed from webhook_request_logs where id = any(${bind(ids)}::uuid[])
       and id between ${bind(smallest)}::uuid and ${bind(largest)}::uuid and ${toSql(condition, bind)}`,
    values,
  );
  return new Map(rows.map((row) => [row.id, row]));
}
