// Which fields a query asks for at one place, after fragments and directives: CollectFields of the GraphQL specification,
// section 6.3.2.
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

export interface Asked {
  key: string;
  name: string;
  /** More than one where a query asks for the same field again. */
  nodes: [FieldNode, ...FieldNode[]];
}

export interface Selecting {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Of the variables in @skip and @include. */
  isSet(variable: string): boolean;
}

export function fieldsAsked(selecting: Selecting, type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Asked[] {
  const asked = new Map<string, Asked>();
  const seen = new Set<string>();
  for (const set of sets) collect(selecting, type, set, asked, seen);
  return [...asked.values()];
}

function collect(
  selecting: Selecting,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  asked: Map<string, Asked>,
  seen: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(selecting, selection.directives ?? [])) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = asked.get(key);
      if (known) known.nodes.push(selection);
      else asked.set(key, { key, name: selection.name.value, nodes: [selection] });
      continue;
    }
    const fragment = fragmentOf(selecting, selection, seen);
    if (fragment && applies(type, fragment.typeCondition?.name.value)) {
      collect(selecting, type, fragment.selectionSet, asked, seen);
    }
  }
}

function fragmentOf(
  selecting: Selecting,
  selection: Exclude<SelectionSetNode['selections'][number], FieldNode>,
  seen: Set<string>,
) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const name = selection.name.value;
  if (seen.has(name)) return undefined;
  seen.add(name);
  return selecting.fragments.get(name);
}

function applies(type: GraphQLObjectType, condition: string | undefined): boolean {
  return (
    condition === undefined ||
    condition === type.name ||
    type.getInterfaces().some((implemented) => implemented.name === condition)
  );
}

function isIncluded(selecting: Selecting, directives: readonly DirectiveNode[]): boolean {
  return directives.every((directive) => {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') return true;
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const isTrue = value?.kind === Kind.VARIABLE ? selecting.isSet(value.name.value) : isTrueLiteral(value);
    return name === 'include' ? isTrue : !isTrue;
  });
}

function isTrueLiteral(value: { kind: Kind; value?: unknown } | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && value.value === true;
}
