// The changes of the API since its last release, and those that would break a client.
import {
  BreakingChangeType,
  buildSchema,
  findBreakingChanges,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { type Element, elementsOf } from './schema-elements';

export const SECTIONS = ['Added', 'Changed', 'Deprecated', 'Removed'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Change {
  section: Section;
  coordinate: string;
  /** The default text for the changelog; may be empty. */
  text: string;
}

/** The schema of the last release; null: the text is empty, there is no release yet. */
export function releasedSchema(sdl: string): GraphQLSchema | null {
  return sdl.trim() === '' ? null : buildSchema(sdl);
}

/**
 * Each change between two schemas built from SDL, by coordinate. Parts of an added or removed element are not listed
 * separately. Before the first release nothing is a change.
 */
export function changesBetween(released: GraphQLSchema | null, current: GraphQLSchema): Change[] {
  if (!released) return [];
  const before = elementsOf(released);
  const now = elementsOf(current);
  // a new root type is listed by its fields
  for (const root of rootsOf(current)) before.set(root.name, now.get(root.name) as Element);
  return [
    ...missingIn(before, now).map((each): Change => change('Added', each, firstSentence(each.description))),
    ...missingIn(now, before).map((each): Change => change('Removed', each, each.deprecation ?? '')),
    ...[...now.values()].flatMap((each) => changesOf(before.get(each.coordinate), each)),
  ].sort((one, other) => (one.coordinate < other.coordinate ? -1 : 1));
}

function missingIn(known: ReadonlyMap<string, Element>, elements: ReadonlyMap<string, Element>): Element[] {
  return [...elements.values()].filter(
    ({ coordinate, parent }) => !known.has(coordinate) && (parent === null || known.has(parent)),
  );
}

function change(section: Section, { coordinate }: Element, text: string): Change {
  return { section, coordinate, text };
}

function changesOf(before: Element | undefined, now: Element): Change[] {
  if (!before) return [];
  const changes: Change[] = [];
  const notes = [
    before.signature === now.signature ? null : `${before.signature}, now ${now.signature}.`,
    before.roles === now.roles ? null : `Roles: ${before.roles ?? INHERITED}, now ${now.roles ?? INHERITED}.`,
    before.deprecation !== null && now.deprecation === null ? 'No longer deprecated.' : null,
  ].filter((note) => note !== null);
  if (notes.length > 0) changes.push(change('Changed', now, notes.join(' ')));
  if (before.deprecation === null && now.deprecation !== null) changes.push(change('Deprecated', now, now.deprecation));
  return changes;
}

const INHERITED = 'those of its type';

// the rest of a description is an example and the roles
function firstSentence(description: string): string {
  const [paragraph = ''] = description.split('\n\n');
  const text = paragraph.replaceAll('\n', ' ');
  const [sentence = ''] = /^.*?[.!?](?= |$)/.exec(text) ?? [text];
  return sentence;
}

/** A sentence for each change that breaks clients, except the removal of what was deprecated in the release. */
export function breakingChanges(released: GraphQLSchema | null, current: GraphQLSchema): string[] {
  if (!released) return [];
  const expected = expectedRemovals(released);
  const unused = unusedTypes(released);
  return findBreakingChanges(released, current)
    .filter(({ type, description }) => !(REMOVALS.has(type) && expected.has(description)))
    .filter(({ description }) => !unused.some((name) => isAbout(description, name)))
    .map(({ description }) => description);
}

const REMOVALS: ReadonlySet<BreakingChangeType> = new Set([
  BreakingChangeType.FIELD_REMOVED,
  BreakingChangeType.ARG_REMOVED,
  BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
]);

// in the words of findBreakingChanges, whose results name the changed element only in the description
function expectedRemovals(released: GraphQLSchema): Set<string> {
  const deprecated = [...elementsOf(released).values()].filter(({ deprecation }) => deprecation !== null);
  return new Set(
    deprecated.map(({ coordinate, signature }) => {
      const [, owner, name, argument] = /^([^.]+)\.([^(]+)(?:\((.+):\))?$/.exec(coordinate) ?? [];
      if (argument) return `${owner}.${name} arg ${argument} was removed.`;
      return signature === 'value' ? `${name} was removed from enum type ${owner}.` : `${coordinate} was removed.`;
    }),
  );
}

function isAbout(description: string, type: string): boolean {
  return new RegExp(`^${type}[ .]| type ${type}\\.$`).test(description);
}

/** The types that only deprecated fields, arguments and values lead to, which may be removed with them. */
function unusedTypes(schema: GraphQLSchema): string[] {
  const used = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType): void => {
    if (used.has(type)) return;
    used.add(type);
    for (const next of typesBehind(schema, type)) visit(next);
  };
  for (const root of rootsOf(schema)) visit(root);
  for (const { args } of schema.getDirectives()) for (const { type } of args) visit(getNamedType(type));
  return Object.values(schema.getTypeMap())
    .filter((type) => !used.has(type) && !type.name.startsWith('__'))
    .map(({ name }) => name);
}

function rootsOf(schema: GraphQLSchema): GraphQLNamedType[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.filter((root) => !!root);
}

function typesBehind(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  if (isUnionType(type)) return type.getTypes();
  if (isEnumType(type)) return [];
  if (isInputObjectType(type)) return Object.values(type.getFields()).filter(isLive).map(typeOf);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const fields = Object.values(type.getFields()).filter(isLive);
  return [
    ...type.getInterfaces(),
    ...(isInterfaceType(type) ? schema.getPossibleTypes(type) : []),
    ...fields.map(typeOf),
    ...fields.flatMap(({ args }) => args.filter(isLive).map(typeOf)),
  ];
}

function isLive({ deprecationReason }: { deprecationReason?: string | null | undefined }): boolean {
  return deprecationReason === null || deprecationReason === undefined;
}

function typeOf({ type }: { type: Parameters<typeof getNamedType>[0] }): GraphQLNamedType {
  return getNamedType(type) as GraphQLNamedType;
}
