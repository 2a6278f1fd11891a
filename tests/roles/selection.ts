import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { sharedSchema } from '../../src/server/schema/schema';

/** What a query asks of a type. Without picks: its `__typename`. */
export interface Selection {
  type: GraphQLObjectType;
  picks: Pick[];
}

/** A field, and what is asked below it; null: it has nothing below. */
export interface Pick {
  field: GraphQLField<unknown, unknown>;
  /** Where a query asks the field more than once. */
  alias?: string;
  args?: string;
  below: Selection | null;
}

/** Whether a caller may use a field of a type. */
export type Allowed = (type: string, field: string) => boolean;

/** A type that stands for a table. */
export function isRow(type: unknown): type is GraphQLObjectType {
  return isObjectType(type) && type.getInterfaces().some((each) => each.name === 'Node');
}

/** Would make the query of a document too long, below each of its requests. */
const isCut = (type: GraphQLObjectType) => type.name === 'Evidence' || isRow(type);

const anyRow = (type: GraphQLInterfaceType) => sharedSchema().getPossibleTypes(type)[0] as GraphQLObjectType;

/** A field with everything below it, down to rows and `rows` times further: 1 is every field of the next row. */
export function pick(field: GraphQLField<unknown, unknown>, rows: number, args?: string): Pick {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return { field, args, below: null };
  // of whatever type the row is: each guards its own fields
  if (isInterfaceType(type)) return { field, args, below: { type: anyRow(type), picks: [] } };
  if (!isObjectType(type)) throw new Error(`say which type is asked of ${field.name}`);
  return { field, args, below: isCut(type) && rows === 0 ? { type, picks: [] } : everything(type, rows) };
}

/**
 * Every field of the type; of a row without the fields that require arguments, such as statistics, which are asked alone.
 * @param rows as of `pick`; of a row itself they count from here
 */
export function everything(type: GraphQLObjectType, rows = 0): Selection {
  const further = isRow(type) ? Math.max(0, rows - 1) : rows;
  const fields = Object.values(type.getFields()).filter(({ args }) => !isRow(type) || !args.some(isRequiredArgument));
  return { type, picks: fields.map((field) => pick(field, further)) };
}

export function printSelection({ picks }: Selection): string {
  if (picks.length === 0) return '__typename';
  return picks.map(printPick).join(' ');
}

const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();

/** Values of the arguments that fields of rows require. */
const REQUIRED: Record<string, string> = {
  // a month has few buckets
  range: `{ from: "${inHours(-1)}", to: "${inHours(24)}" }`,
  bucket: 'MONTH',
  by: 'WEBHOOK',
};

function requiredArgs(field: GraphQLField<unknown, unknown>): string {
  return field.args
    .filter(isRequiredArgument)
    .map(({ name }) => `${name}: ${REQUIRED[name]}`)
    .join(', ');
}

const keyOf = ({ field, alias }: Pick): string => alias ?? field.name;

function printPick({ field, alias, args = requiredArgs(field), below }: Pick): string {
  const called = alias ? `${alias}: ${field.name}` : field.name;
  const named = args ? `${called}(${args})` : called;
  if (!below) return named;
  const inside = printSelection(below);
  const isAbstract = isAbstractType(getNamedType(field.type));
  return `${named} { ${isAbstract ? `... on ${below.type.name} { ${inside} }` : inside} }`;
}

/** Fields that leave out rows of a type that the caller may not read, without an error. */
const LEAVES_OUT: ReadonlySet<string> = new Set(['Query.search', 'ExpiringSecret.apiKey']);

const leavesOut = (type: GraphQLObjectType, { field, below }: Pick, allowed: Allowed) =>
  below !== null && LEAVES_OUT.has(`${type.name}.${field.name}`) && !allowed(below.type.name, 'id');

/** The paths at which a caller must be refused: the first field of each path that they may not use. */
export function refusals({ type, picks }: Selection, allowed: Allowed, path: readonly string[] = []): string[] {
  return picks.flatMap((pick) => {
    const { field, below } = pick;
    const at = [...path, keyOf(pick)];
    if (!allowed(type.name, field.name)) return [at.join('.')];
    if (leavesOut(type, pick, allowed)) return [];
    return below ? refusals(below, allowed, at) : [];
  });
}

/**
 * The paths on the way to the rows asked about that hold nothing, so that an answer without errors proves nothing.
 * What the rows link to is not looked at; a row of which one field is asked is on the way.
 */
export function hollow(data: unknown, { type, picks }: Selection, allowed: Allowed, path: string[] = []): string[] {
  if (data === null || data === undefined || (Array.isArray(data) && data.length === 0)) return [path.join('.')];
  if (Array.isArray(data)) {
    // what is there in one of them was asked for and allowed
    const [first = [], ...others] = data.map((each) => hollow(each, { type, picks }, allowed, path));
    return first.filter((at) => others.every((other) => other.includes(at)));
  }
  if (isRow(type) && picks.length > 1) return [];
  return picks.flatMap((pick) => {
    const { field, below } = pick;
    if (!below || !allowed(type.name, field.name) || leavesOut(type, pick, allowed)) return [];
    const key = keyOf(pick);
    return hollow((data as Record<string, unknown>)[key], below, allowed, [...path, key]);
  });
}

/**
 * Whether a refusal at or below this field also takes away what is asked beside the field: nothing between the two can be
 * null.
 */
function endsTheRow(type: GraphQLObjectType, { field, below }: Pick, allowed: Allowed): boolean {
  if (!allowed(type.name, field.name)) return isNonNullType(field.type);
  if (!isNeverNull(field.type)) return false;
  return below?.picks.some((pick) => endsTheRow(below.type, pick, allowed)) ?? false;
}

/** Neither it nor, of a list, what is in it. */
function isNeverNull(type: GraphQLOutputType): boolean {
  if (!isNonNullType(type)) return false;
  return !isListType(type.ofType) || isNeverNull(type.ofType.ofType);
}

/**
 * The queries that ask all these paths. A path is asked alone if its refusal takes away what stands beside it. The others
 * share queries: those that are refused at once, those that are refused below, and those of a root field that are
 * refused nothing.
 */
export function inQueries(type: GraphQLObjectType, paths: readonly Pick[], allowed: Allowed): Selection[] {
  const groups = Map.groupBy(paths, (path) => {
    if (endsTheRow(type, path, allowed)) return path;
    if (!allowed(type.name, path.field.name)) return 'refused';
    return refusals({ type, picks: [path] }, allowed).length === 0 ? path.field.name : 'refused below';
  });
  return [...groups.values()].flatMap((group) => inBatches(group)).map((picks) => ({ type, picks }));
}

/** Of a query; a token has more than two characters in the mean. */
const MAX_ROOT_FIELDS = 10;
const MAX_CHARACTERS = 4_000;

function inBatches(picks: readonly Pick[]): Pick[][] {
  const batches: Pick[][] = [];
  let batch: Pick[] = [];
  let characters = MAX_CHARACTERS;
  for (const pick of picks) {
    const { length } = printPick(pick);
    if (batch.length === MAX_ROOT_FIELDS || characters + length > MAX_CHARACTERS) {
      batch = [];
      batches.push(batch);
      characters = 0;
    }
    batch.push({ ...pick, alias: `${pick.field.name}${batch.length}` });
    characters += length;
  }
  return batches;
}
