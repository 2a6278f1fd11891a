import { idBounds } from '../../ids';
import { type Db, rowsOf, statement } from '../../sql/db';
import { IS_KEPT_FREE } from '../../webhooks/webhook-lock.store';

export interface AskedRows {
  webhookIds?: readonly string[];
  /** Their webhooks are looked at too. */
  deliveryIds?: readonly string[];
}

const LOCKED = statement(`with deliveries_asked as materialized (
    select id, webhook_id from deliveries where id = any($1::uuid[]) and id between $2::uuid and $3::uuid
  ), deliveries_free as materialized (
    select id from deliveries where id = any($1::uuid[]) and id between $2::uuid and $3::uuid for update skip locked
  ), webhooks_asked as materialized (
    select id from unnest($4::uuid[]) as id union select webhook_id from deliveries_asked
  ), circuits_asked as materialized (
    select webhook_id as id from webhook_circuits where webhook_id = any(array(select id from webhooks_asked))
  ), circuits_free as materialized (
    select webhook_id as id from webhook_circuits where webhook_id = any(array(select id from webhooks_asked))
    for update skip locked
  )
  select id from deliveries_asked where id <> all(array(select id from deliveries_free))
  union select id from circuits_asked where id <> all(array(select id from circuits_free))
  union select id from webhooks_asked where not ${IS_KEPT_FREE}`);

/** Those of these webhooks and deliveries that other transactions hold at this moment. Waits for none. */
export async function lockedRows(db: Db, { webhookIds = [], deliveryIds = [] }: AskedRows): Promise<string[]> {
  const [first, last] = deliveryIds.length > 0 ? idBounds(deliveryIds) : [null, null];
  const rows = await rowsOf<{ id: string }>(db, LOCKED, [deliveryIds, first, last, webhookIds]);
  return rows.map(({ id }) => id);
}
