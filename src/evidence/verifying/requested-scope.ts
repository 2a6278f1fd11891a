// The scope of a verification that a caller asks for.
import { InputError, type UserError } from '../../errors';
import { namedRows } from '../exporting/rows-to-export';
import { type Scope, WHOLE_LOG } from './scope';

const MAX_IDS = 1_000;

export interface RequestedScope {
  from?: Date | null;
  to?: Date | null;
  ids?: string[] | null;
}

/** @param requested null: the whole log @throws InputError for each fault */
export function checkedScope(requested: RequestedScope | null | undefined): Scope {
  if (!requested) return WHOLE_LOG;
  const { from = null, to = null, ids = null } = requested;
  const faults: UserError[] = [];
  const add = (field: string[], code: UserError['code'], message: string) =>
    faults.push({ field: ['scope', ...field], code, message });
  if (ids !== null && (from !== null || to !== null)) add(['ids'], 'INVALID', 'Give from and to, or ids, not both.');
  else if (ids !== null) checkIds(ids, faults);
  else if (from === null || to === null) {
    const missing = from === null ? 'from' : 'to';
    add([missing], 'REQUIRED', 'Give both from and to, or ids. Leave scope out to verify the whole log.');
  } else if (from >= to) {
    add(['to'], 'INVALID', `to must be after from, ${from.toISOString()}, not ${to.toISOString()}.`);
  }
  if (faults.length > 0) throw new InputError(faults);
  return ids === null
    ? { kind: 'RANGE', from: from?.toISOString() ?? null, to: to?.toISOString() ?? null, ids }
    : { kind: 'IDS', from: null, to: null, ids };
}

function checkIds(ids: readonly string[], faults: UserError[]): void {
  if (ids.length < 1 || ids.length > MAX_IDS) {
    const code = ids.length > MAX_IDS ? 'TOO_LARGE' : 'REQUIRED';
    const message = `ids must name 1 to ${MAX_IDS} rows, not ${ids.length}.`;
    faults.push({ field: ['scope', 'ids'], code, message });
    return;
  }
  const found: UserError[] = [];
  namedRows(ids, found);
  faults.push(...found.map((each) => ({ ...each, field: ['scope', ...(each.field ?? [])] })));
}
