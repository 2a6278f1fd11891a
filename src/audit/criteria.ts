// What an entry of the audit trail names: its criteria are a part of their own, which an erasure of a document or a person takes
// without the rest of the entry. criteria_names() of migrations/10-privacy.sql reads the names, so that no other place is compared.

/** The lists of names beside the criteria: of documents, of users, and the whole texts of searches, which may be either. */
export const NAME_LISTS = ['documents', 'users', 'texts'] as const;
type NameList = (typeof NAME_LISTS)[number];

/** What is around a value. */
type Around = 'anything' | 'user' | 'search' | 'erasure' | 'ofUser' | 'content';

/**
 * Where the name of a document or of a user stands in filters and in what is given: by what is around it, the keys, and the list of
 * the names below, or what is around those. `and`, `or` and `not` are in what they stand in; other keys are in `anything`.
 */
export const PLACES: Readonly<Record<Around, Readonly<Record<string, NameList | Around>>>> = {
  anything: {
    referenceDocument: 'documents',
    search: 'texts',
    user: 'user',
    actor: 'user',
    publishedBy: 'user',
    orderedBy: 'user',
    decidedBy: 'user',
    placedBy: 'user',
    owner: 'user',
    requestedBy: 'user',
    createdBy: 'user',
    // bodies, whose values are no names
    data: 'content',
    response: 'content',
  },
  user: { name: 'users', fullName: 'users', email: 'users' },
  // the arguments of the fields of these names
  search: { text: 'texts' },
  ofUser: { where: 'user' },
  erasure: { input: 'erasure', target: 'erasure', businessDocument: 'erasure', name: 'documents', where: 'anything' },
  content: {},
};

/** The fields of the API whose arguments have names of their own. */
const FIELDS: Readonly<Record<string, Around>> = { search: 'search', users: 'ofUser', previewErasure: 'erasure' };

const MAX_NAMES = 1_000;
/** No name of a document or of a user is longer. */
const MAX_CHARACTERS = 200;

export type Names = Record<NameList, string[]>;

/** Arguments of one field of the API. */
export interface FieldArguments {
  field: string;
  arguments: Readonly<Record<string, unknown>>;
}

/** The names in the arguments of these fields. */
export function namesInFields(fields: readonly FieldArguments[]): Partial<Names> {
  const found = new FoundNames();
  for (const { field, arguments: given } of fields) {
    found.add(given, FIELDS[field.split('.').at(-1) ?? ''] ?? 'anything');
  }
  return found.lists();
}

/** The names in a `where`, or in what was given. */
export function namesIn(given: unknown): Partial<Names> {
  const found = new FoundNames();
  found.add(given, 'anything');
  return found.lists();
}

class FoundNames {
  private readonly names: { [List in NameList]: Set<string> } = {
    documents: new Set(),
    users: new Set(),
    texts: new Set(),
  };

  add(value: unknown, around: Around): void {
    if (Array.isArray(value)) for (const each of value) this.add(each, around);
    // the user of an event that is given
    else if (typeof value === 'string' && around === 'user') this.addNames(value, 'users');
    if (typeof value !== 'object' || value === null || Array.isArray(value) || around === 'content') return;
    for (const [key, each] of Object.entries(value)) {
      const place = PLACES[around][key];
      if (place === undefined) this.add(each, key === 'and' || key === 'or' || key === 'not' ? around : 'anything');
      else if (isList(place)) this.addNames(each, place);
      else this.add(each, place);
    }
  }

  // whatever the test is: of `{ startsWith: "INV-1" }` too, INV-1 is a name as a whole
  private addNames(value: unknown, list: NameList): void {
    if (typeof value === 'string') {
      if (value.length <= MAX_CHARACTERS && this.names[list].size < MAX_NAMES) this.names[list].add(value);
    } else if (typeof value === 'object' && value !== null) {
      // what is compared in any case, as searches are
      for (const [test, each] of Object.entries(value))
        this.addNames(each, test === 'containsIgnoreCase' ? 'texts' : list);
    }
  }

  /** Those that are not empty. */
  lists(): Partial<Names> {
    const lists: Partial<Names> = {};
    for (const list of NAME_LISTS) if (this.names[list].size > 0) lists[list] = [...this.names[list]];
    return lists;
  }
}

const isList = (place: NameList | Around): place is NameList => (NAME_LISTS as readonly string[]).includes(place);

/** As JSON that PostgreSQL can read: without NUL, and without halves of characters. */
export function criteriaText(criteria: object): string {
  return JSON.stringify(storable(JSON.parse(JSON.stringify(criteria))));
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [storableText(key), storable(each)]));
}

const storableText = (text: string) => text.replaceAll('\u0000', '\ufffd').toWellFormed();
