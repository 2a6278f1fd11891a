import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Role } from '../access/viewer';
import type { Context } from '../graphql/context';
import { rulesOf } from '../graphql/roles/has-role';
import { masksOf } from '../graphql/roles/masked';
import { type ContentForm, type ContentPart, maskedContent } from '../masking/masked-content';
import type { Masks } from '../masking/masks-of-viewer';
import type { Origin } from '../masking/rule';
import { jsonOf } from '../sql/json-sql';
import type { SqlField, TypeSqlFields, ValueField } from './sql-fields';

export interface Compiler extends SelectionContext {
  schema: GraphQLSchema;
  types: ReadonlyMap<string, TypeSqlFields>;
  /** What masking rules hide from the viewer. */
  masks: Pick<Masks, 'seesAll' | 'tellsRowsApart'>;
  /** The roles of the fields that were compiled so far. */
  rules: Set<readonly Role[]>;
}

/** Thrown where a query selects something that cannot be read in one statement. */
export class Unreadable extends Error {}

export function setsOf({ nodes }: Pick<CollectedField, 'nodes'>): SelectionSetNode[] {
  return nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
}

type Picker = (value: unknown) => unknown;

/**
 * Selects the fields of a query from a value whose object type has no table, such as Body. null: the type is not an
 * object type.
 */
export function pickerOf(compiler: Compiler, type: GraphQLNamedType, sets: readonly SelectionSetNode[]): Picker | null {
  if (!isObjectType(type)) return null;
  const picks = collectFields(compiler, type, sets).map(({ key, name, nodes }) => {
    const field = type.getFields()[name];
    for (const rule of field ? rulesOf(compiler.schema, type, field) : []) compiler.rules.add(rule);
    const below = setsOf({ nodes });
    const inner = field && below.length > 0 ? pickerOf(compiler, getNamedType(field.type), below) : null;
    return { key, name, typeName: name === '__typename' ? type.name : null, inner };
  });
  const pickOne = (value: unknown): unknown => {
    if (value === null || value === undefined) return null;
    // without a prototype: an alias may be __proto__
    const picked: Record<string, unknown> = Object.create(null);
    for (const { key, name, typeName, inner } of picks) {
      const found = (value as Record<string, unknown>)[name];
      const plain = typeName ?? (typeof found === 'function' ? (found as () => unknown)() : (found ?? null));
      picked[key] = inner ? inner(plain) : plain;
    }
    return picked;
  };
  return (value) => (Array.isArray(value) ? value.map(pickOne) : pickOne(value));
}

type Raw = [documentType: string | null, webhookId: string | null, value: unknown];

/** How a field with content is masked. */
export interface Masking {
  part: ContentPart;
  form: ContentForm;
  /** Whether it depends on the document type or the webhook of the row, which are then read with it. */
  tellsRowsApart: boolean;
}

/** What no rule tells apart. A rule that was made since then hides as much as it can. */
const UNREAD: Origin = { documentType: null, webhookId: null };

/**
 * A field with content as it is read for a viewer from whom some content is hidden: its value passes through their masks.
 * A field that is declared in another way is left to its resolver, which has them too.
 */
export function maskedField(
  { part, form, tellsRowsApart }: Masking,
  types: TypeSqlFields | undefined,
  field: SqlField,
): ValueField {
  if (field.kind !== 'value' || !field.sql || !types) throw new Unreadable();
  const { sql, after } = field;
  const mask = (read: unknown, origin: Origin, context: Context) =>
    maskedContent(masksOf(context), part, form, origin, after ? after(read, context) : read);
  if (!tellsRowsApart) return { ...field, after: (read, context) => mask(read, UNREAD, context) };
  const columns = ['documentType', 'webhookId'].map((name) => types.columns.get(name));
  return {
    ...field,
    json: (row) => {
      const origin = columns.map((column) => (column ? row.column(column) : 'null'));
      return jsonOf(`json_build_array(${origin.join(', ')}, ${sql(row)})`, true);
    },
    after(raw, context) {
      const [documentType, webhookId, read] = raw as Raw;
      return mask(read, { documentType, webhookId }, context);
    },
  };
}

// The fields that a query selects in one object, after fragments and directives: CollectFields of the GraphQL
// specification, section 6.3.2.

export interface CollectedField {
  key: string;
  name: string;
  /** More than one if the query selects the same response key more than once. */
  nodes: [FieldNode, ...FieldNode[]];
}

interface SelectionContext {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Whether a variable of @skip or @include is true. */
  isSet(variable: string): boolean;
}

export function collectFields(
  context: SelectionContext,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): CollectedField[] {
  const collected = new Map<string, CollectedField>();
  const seen = new Set<string>();
  for (const set of sets) collect(context, type, set, collected, seen);
  return [...collected.values()];
}

function collect(
  context: SelectionContext,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  collected: Map<string, CollectedField>,
  seen: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(context, selection.directives ?? [])) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = collected.get(key);
      if (known) known.nodes.push(selection);
      else collected.set(key, { key, name: selection.name.value, nodes: [selection] });
      continue;
    }
    const fragment = fragmentOf(context, selection, seen);
    if (fragment && applies(type, fragment.typeCondition?.name.value)) {
      collect(context, type, fragment.selectionSet, collected, seen);
    }
  }
}

function fragmentOf(
  context: SelectionContext,
  selection: Exclude<SelectionSetNode['selections'][number], FieldNode>,
  seen: Set<string>,
) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const name = selection.name.value;
  if (seen.has(name)) return undefined;
  seen.add(name);
  return context.fragments.get(name);
}

function applies(type: GraphQLObjectType, condition: string | undefined): boolean {
  return (
    condition === undefined ||
    condition === type.name ||
    type.getInterfaces().some((implemented) => implemented.name === condition)
  );
}

function isIncluded(context: SelectionContext, directives: readonly DirectiveNode[]): boolean {
  return directives.every((directive) => {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') return true;
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const isTrue = value?.kind === Kind.VARIABLE ? context.isSet(value.name.value) : isTrueLiteral(value);
    return name === 'include' ? isTrue : !isTrue;
  });
}

function isTrueLiteral(value: { kind: Kind; value?: unknown } | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && value.value === true;
}
