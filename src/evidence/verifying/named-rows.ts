// Rows that a scope names, and of which nothing is left.
import { toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import { SUBJECT_TYPES } from '../names/name.entity';
import { leafPlaces } from '../sealed-rows.store';
import { knownSubjects } from './checked-names.store';
import { existingDeliveries, placesIn } from './checked-rows.store';
import type { DroppedMonths } from './dropped-months';
import type { Covered } from './scope';
import type { Findings } from './tree/findings';

/** A row whose place in the tree is known is reported as deleted by the check of rows. */
export async function reportAbsent(
  db: Db,
  covered: Covered,
  dropped: DroppedMonths,
  findings: Findings,
): Promise<void> {
  for (const kind of ['request', 'event', 'audit'] as const) {
    const ids = covered[kind].ids ?? [];
    const rows = await leafPlaces(db, kind, ids);
    const placed = new Set((await placesIn(db, kind, covered[kind], ids.length)).map(({ rowId }) => rowId));
    for (const rowId of ids.filter((id) => !rows.has(id) && !placed.has(id))) {
      const message =
        'There is neither a row with this id nor a place in the tree: both were removed, or it never was.';
      findings.add('DELETED', message, { kind, rowId });
    }
  }
  for (const type of SUBJECT_TYPES) {
    const ids = covered[type].ids ?? [];
    const known = await knownSubjects(db, type, ids);
    for (const id of ids.filter((each) => !known.has(each))) {
      findings.add(
        'DELETED',
        `There is no ${type.toLowerCase()} ${toNodeId(type, id)}: it was removed, or it never was.`,
      );
    }
  }
  const deliveries = covered.delivery.ids ?? [];
  const there = await existingDeliveries(db, deliveries);
  for (const id of deliveries.filter((each) => !there.has(each))) {
    // a delivery has no leaf: its month is dropped with its event's, by the same order
    if ((await dropped.of('event', id))?.isOrdered) continue;
    findings.add('DELETED', `There is no delivery ${toNodeId('Delivery', id)}: it was removed, or it never was.`);
  }
}
