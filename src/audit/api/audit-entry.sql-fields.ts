import { ID_PREFIXES } from '../../ids';
import { type RowSource, rawJson, type SqlFields } from '../../read-plan/sql-fields';
import { jsonOf, literal, nodeIdOf } from '../../sql/json-sql';
import { type EntryDetails, readDetails } from '../entry-details';

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

// both as texts: their numbers are read as they stand there
const detailed = (part: keyof EntryDetails) =>
  rawJson(
    (row) => `json_build_object('details', ${row.column('details')}, 'criteria', ${row.column('criteria')})`,
    (raw) => readDetails(raw as { details: string | null; criteria: string | null })[part],
  );

const fields: SqlFields['fields'] = {
  subjectId: { kind: 'value', json: (row) => jsonOf(subjectId(row), true) },
  sessionId: { kind: 'value', json: (row) => jsonOf(sessionId(row), true) },
  before: detailed('before'),
  after: detailed('after'),
  details: detailed('others'),
  criteria: detailed('criteria'),
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
