// What an entry says beside its columns: `before` and `after` of a change, what else was recorded, and its criteria.
export interface EntryDetails {
  before: unknown;
  after: unknown;
  others: Record<string, unknown> | null;
  criteria: Record<string, unknown> | null;
}

type Values = Record<string, unknown>;

/** Who a user is, in the entries about users, keys and identities. */
const OF_PERSON = new Set([
  'name',
  'fullName',
  'email',
  'identityIssuer',
  'identitySubject',
  'issuer',
  'subject',
  'label',
]);

/** The parts of an entry about a user: who they are stands in the criteria, which the erasure of the user takes. */
export function partsAboutUser(given: Values): { criteria: Values; details: Values } {
  const criteria: Values = {};
  const details: Values = {};
  for (const [key, value] of Object.entries(given)) {
    if (key !== 'before' && key !== 'after') {
      (OF_PERSON.has(key) ? criteria : details)[key] = value;
      continue;
    }
    const values = Object.entries(value as Values);
    const own = values.filter(([name]) => OF_PERSON.has(name));
    const rest = values.filter(([name]) => !OF_PERSON.has(name));
    if (own.length > 0) criteria[key] = Object.fromEntries(own);
    if (rest.length > 0) details[key] = Object.fromEntries(rest);
  }
  return { criteria, details };
}

/** @param details as stored, as the criteria; null: none were recorded, or they are erased */
export function readDetails({ details, criteria }: { details: string | null; criteria: string | null }): EntryDetails {
  const { before, after, ...others } = valuesOf(details);
  const { before: ownBefore, after: ownAfter, ...named } = valuesOf(criteria);
  return {
    before: joined(ownBefore, before),
    after: joined(ownAfter, after),
    others: Object.keys(others).length > 0 ? others : null,
    criteria: Object.keys(named).length > 0 ? named : null,
  };
}

const valuesOf = (text: string | null): Values => (text === null ? {} : JSON.parse(text));

function joined(own: unknown, rest: unknown): unknown {
  return own === undefined || rest === undefined ? (own ?? rest ?? null) : { ...(own as Values), ...(rest as Values) };
}
