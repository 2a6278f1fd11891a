// Compares users and webhooks with the newest of their names in the record. That each of these names is what was sealed is compared as
// for all rows.

import type { Db } from '../../sql/db';
import { toNodeId } from '../../values/ids';
import { SUBJECT_TYPES, type SubjectType } from '../names/name.store';
import { leafPlaces } from '../sealed-rows.store';
import {
  knownSubjects,
  lastNamedOfPage,
  lastSubjectOfPage,
  misnamedSubjects,
  namesOfNobody,
} from './checked-names.store';
import { existingDeliveries, placesIn, type RowRange } from './checked-rows.store';
import type { DroppedMonths } from './dropped-months';
import type { Covered } from './scope';
import type { Findings } from './tree/findings';

const PAGE = 5_000;

export async function checkNames(
  db: Db,
  covered: { readonly [Type in SubjectType]: RowRange },
  findings: Findings,
  onPage: () => Promise<void>,
): Promise<void> {
  for (const type of SUBJECT_TYPES) {
    const called = (id: string) => `${type.toLowerCase()} ${toNodeId(type, id)}`;
    const checkSubjects = async (page: RowRange) => {
      for (const { subjectId, nameId } of await misnamedSubjects(db, type, page)) {
        const about = { kind: 'name' as const, rowId: nameId };
        if (nameId === null) findings.add('NOT_SEALED', `The name of the ${called(subjectId)} is not sealed.`, about);
        else findings.add('CHANGED', `The ${called(subjectId)} has another name than the one sealed last.`, about);
      }
      await onPage();
    };
    const checkNamed = async (page: RowRange) => {
      for (const { subjectId, nameId } of await namesOfNobody(db, type, page)) {
        const message = `The ${called(subjectId)} is gone, whose name was sealed.`;
        findings.add('DELETED', message, { kind: 'name', rowId: nameId });
      }
      await onPage();
    };
    await eachPage(covered[type], (rest) => lastSubjectOfPage(db, type, rest, PAGE), checkSubjects);
    await eachPage(covered[type], (rest) => lastNamedOfPage(db, rest, PAGE), checkNamed);
  }
}

async function eachPage(
  range: RowRange,
  lastOf: (rest: RowRange) => Promise<string | null>,
  check: (page: RowRange) => Promise<void>,
): Promise<void> {
  for (let { after } = range; ; ) {
    const last = await lastOf({ ...range, after });
    if (last === null) return;
    await check({ ...range, after, last });
    after = last;
  }
}

// Rows that a scope names, and of which nothing is left.

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
