// Compares users and webhooks with the newest of their names in the record. That each of these names is what was sealed is compared as
// for all rows.
import { toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import { SUBJECT_TYPES, type SubjectType } from '../names/name.entity';
import { lastNamedOfPage, lastSubjectOfPage, misnamedSubjects, namesOfNobody } from './checked-names.store';
import type { RowRange } from './checked-rows.store';
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
