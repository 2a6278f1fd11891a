import { ID_PREFIXES } from '../../ids';
import { type RowSource, rawJson, type SqlFields } from '../../read-plan/sql-fields';
import { jsonOf, literal, nodeIdOf } from '../../sql/json-sql';
import { readDetails } from '../entry-details';

const PREFIXES = Object.entries(ID_PREFIXES).map(
  ([name, prefix]) => `when ${literal(name)} then ${literal(`${prefix}_`)}`,
);

function subjectId(row: RowSource): string {
  const prefix = `case ${row.column('subject_type')} ${PREFIXES.join(' ')} end`;
  return `${prefix} || encode(uuid_send(${row.column('subject_id')}), 'hex')`;
}

function sessionId(row: RowSource): string {
  return `${literal(`${ID_PREFIXES.Session}_`)} || encode(uuid_send(${row.column('session_id')}), 'hex')`;
}

const detailed = (part: 'before' | 'after' | 'others') =>
  rawJson(
    (row) => row.column('details'),
    (raw) => readDetails(raw as string | null)[part],
  );

const fields: SqlFields['fields'] = {
  subjectId: { kind: 'value', json: (row) => jsonOf(subjectId(row), true) },
  sessionId: { kind: 'value', json: (row) => jsonOf(sessionId(row), true) },
  before: detailed('before'),
  after: detailed('after'),
  details: detailed('others'),
};

export const auditEntrySqlFields: readonly SqlFields[] = [
  { type: 'AuditEntry', fields },
  {
    type: 'OwnAuditEntry',
    fields: {
      ...fields,
      id: { kind: 'value', json: (row) => nodeIdOf(ID_PREFIXES.AuditEntry, row.column('id')) },
    },
  },
];
