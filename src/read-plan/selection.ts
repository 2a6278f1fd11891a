// The fields that a query selects in one object, after fragments and directives: CollectFields of the GraphQL
// specification, section 6.3.2.
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

export interface CollectedField {
  key: string;
  name: string;
  /** More than one if the query selects the same response key more than once. */
  nodes: [FieldNode, ...FieldNode[]];
}

export interface SelectionContext {
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
