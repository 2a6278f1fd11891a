// The sealed rows that an export names by their ids.
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { type NodeName, readNodeId } from '../../values/ids';
import { LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';
import type { SignedHead } from '../head.store';
import { namesOf } from '../names/name.store';
import { decisionsOf, leafPlaces } from '../sealed-rows.store';
import type { SealedRow } from './bundle';

const MAX_IDS = 1_000;

type Fault = Pick<UserError, 'code' | 'message'>;

const NOT_AN_ID =
  'It must be the id of a request (req_), an event (evt_), a delivery (dlv_), an audit entry (aud_), a user (usr_) or a webhook (whk_).';
const NOT_SEALED: Fault = {
  code: 'INVALID',
  message: 'It is not sealed yet, which takes about a second: try again then.',
};
const NOT_DECIDED: Fault = {
  code: 'INVALID',
  message: 'The delivery was never skipped, cancelled or given up. Export its requests instead.',
};

const NOT_NAMED: Fault = { code: 'NOT_FOUND', message: 'There are no names of a user or webhook with this id.' };

const KINDS: { readonly [Name in NodeName]?: LeafKind } = {
  WebhookRequestLog: 'request',
  BusinessEvent: 'event',
  AuditEntry: 'audit',
};

/** What stands for its names. */
const SUBJECTS: readonly NodeName[] = ['User', 'Webhook'];

interface Wanted {
  kind: LeafKind;
  id: string;
  /** The index in the given ids. */
  at: number;
}

export interface NamedRow {
  name: NodeName;
  id: string;
}

/** One for each that is no id of a row that is sealed, or is repeated. @param path of the ids in the input */
export function faultsOfIds(ids: readonly string[], path: readonly string[]): UserError[] {
  if (ids.length < 1 || ids.length > MAX_IDS) {
    const code = ids.length > MAX_IDS ? 'TOO_LARGE' : 'REQUIRED';
    return [{ field: [...path], code, message: `ids must name 1 to ${MAX_IDS} rows, not ${ids.length}.` }];
  }
  return ids.flatMap((id, at) => {
    const node = readNodeId(id);
    const isKnown =
      node !== null && (KINDS[node.name] !== undefined || node.name === 'Delivery' || SUBJECTS.includes(node.name));
    const message = !isKnown ? NOT_AN_ID : ids.indexOf(id) < at ? 'The id is given twice: give it once.' : null;
    return message === null ? [] : [{ field: [...path, String(at)], code: 'INVALID', message }];
  });
}

/**
 * The leaves of these rows, in their order. A delivery stands for the decisions about it, a user or webhook for its names.
 * @throws InputError for each row that does not exist or is not sealed
 */
export async function rowsToExport(db: Db, named: readonly NamedRow[], head: SignedHead | null): Promise<SealedRow[]> {
  const faults: UserError[] = [];
  const add = (at: number, { code, message }: Fault) => faults.push({ field: ['ids', String(at)], code, message });
  const deliveries = named.filter(({ name }) => name === 'Delivery').map(({ id }) => id);
  const decisions = await decisionsOf(db, deliveries);
  const names = await namesOf(
    db,
    named.flatMap(({ name, id }) => (SUBJECTS.includes(name) ? [id] : [])),
  );
  const wanted = named.flatMap(({ name, id }, at): Wanted[] => {
    const kind = KINDS[name];
    if (kind) return [{ kind, id, at }];
    const isSubject = SUBJECTS.includes(name);
    const made = (isSubject ? names : decisions).get(id) ?? [];
    if (made.length === 0) add(at, isSubject ? NOT_NAMED : NOT_DECIDED);
    return made.map((row) => ({ kind: isSubject ? 'name' : 'decision', id: row, at }));
  });
  const places = new Map<string, number | null>();
  for (const kind of Object.keys(LEAF_KINDS) as LeafKind[]) {
    const found = await leafPlaces(
      db,
      kind,
      wanted.filter((row) => row.kind === kind).map(({ id }) => id),
    );
    for (const [id, place] of found) places.set(id, place.leafIndex);
  }
  const rows = wanted.map(({ kind, id, at }): SealedRow => {
    const leafIndex = places.get(id);
    if (leafIndex === undefined) add(at, { code: 'NOT_FOUND', message: `There is no ${kind} with this id.` });
    else if (leafIndex === null || !head || leafIndex >= head.treeSize) add(at, NOT_SEALED);
    return { kind, id, leafIndex: leafIndex ?? 0 };
  });
  if (faults.length > 0) throw new InputError(faults);
  return rows;
}
