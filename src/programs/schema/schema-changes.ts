// The changes of the API since its last release, and those that would break a client.
import { CriticalityLevel, type Change as Difference, DiffRule, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { type Annotated, directiveOf } from '../../graphql/directives';

export const SECTIONS = ['Added', 'Changed', 'Deprecated', 'Removed'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Change {
  section: Section;
  /** As defined by GraphQL: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `@directive`. */
  coordinate: string;
  /** The default text for the changelog. */
  text: string;
}

/** The schema of the last release; null: the text is empty, there is no release yet. */
export function releasedSchema(sdl: string): GraphQLSchema | null {
  return sdl.trim() === '' ? null : buildSchema(sdl);
}

/** Each change between two schemas built from SDL. Before the first release nothing is a change. */
export async function changesBetween(released: GraphQLSchema | null, current: GraphQLSchema): Promise<Change[]> {
  if (!released) return [];
  const differences = await diff(released, current, [DiffRule.ignoreDescriptionChanges, DiffRule.simplifyChanges]);
  const changes = differences.filter(isOfElement).map((each) => ({
    section: sectionOf(each),
    coordinate: coordinateOf(each),
    text: `${each.message}.`,
  }));
  const all = [...changes, ...changedRules(released, current)];
  return all.sort((one, other) => (one.coordinate < other.coordinate ? -1 : 1));
}

/** A sentence for each change that breaks clients, except the removal of what was deprecated in the release. */
export async function breakingChanges(released: GraphQLSchema | null, current: GraphQLSchema): Promise<string[]> {
  if (!released) return [];
  const before = new Map(elementsOf(released));
  const wasDeprecated = (coordinate: string) => !!before.get(coordinate)?.deprecationReason;
  // what led to a type is a difference of its own, but for `... on Type` below an interface
  const isOnlyLedTo = (name: string) => {
    const type = released.getType(name);
    return !isObjectType(type) || type.getInterfaces().length === 0;
  };
  return (await diff(released, current))
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .filter((each) => !(sectionOf(each) === 'Removed' && wasDeprecated(coordinateOf(each))))
    .filter(({ type, path = '' }) => !(type === 'TYPE_REMOVED' && isOnlyLedTo(path)))
    .map(({ message }) => `${message}.`);
}

/** Not of the use of a directive: changedRules() compares those that count. */
function isOfElement({ path, type }: Difference): boolean {
  return path !== undefined && !path.includes('.@') && !type.includes('DEPRECATION');
}

// a member of a union, or an interface of a type, changes what has it
const LISTED = /^(TYPE|FIELD|FIELD_ARGUMENT|INPUT_FIELD|ENUM_VALUE|DIRECTIVE|DIRECTIVE_ARGUMENT)_(ADDED|REMOVED)$/;

function sectionOf({ type }: Difference): Section {
  if (!LISTED.test(type)) return 'Changed';
  return type.endsWith('ADDED') ? 'Added' : 'Removed';
}

function coordinateOf({ path = '' }: Difference): string {
  const [owner, name, argument] = path.split('.');
  return argument === undefined ? path : `${owner}.${name}(${argument}:)`;
}

/** What graphql-inspector does not know of an element that both have: who may use it, and whether it is deprecated. */
function changedRules(released: GraphQLSchema, current: GraphQLSchema): Change[] {
  const before = new Map(elementsOf(released));
  return [...elementsOf(current)].flatMap(([coordinate, now]): Change[] => {
    const was = before.get(coordinate);
    if (!was) return [];
    const [rolesBefore, roles] = [rolesOf(released, was), rolesOf(current, now)];
    const deprecation = now.deprecationReason;
    return [
      ...(roles === rolesBefore
        ? []
        : [{ section: 'Changed' as const, coordinate, text: `Roles: ${rolesBefore}, now ${roles}.` }]),
      ...(was.deprecationReason && !deprecation
        ? [{ section: 'Changed' as const, coordinate, text: 'No longer deprecated.' }]
        : []),
      ...(!was.deprecationReason && deprecation
        ? [{ section: 'Deprecated' as const, coordinate, text: deprecation }]
        : []),
    ];
  });
}

function rolesOf(schema: GraphQLSchema, element: Annotated): string {
  const rule = directiveOf(schema, element, 'hasRole') ?? directiveOf(schema, element, 'onlyFor');
  return rule ? (rule.roles as string[]).join(', ') : 'those of its type';
}

type Element = Annotated & { deprecationReason?: string | null | undefined };

function* elementsOf(schema: GraphQLSchema): Generator<[coordinate: string, element: Element]> {
  for (const type of Object.values(schema.getTypeMap())) {
    yield [type.name, type as Element];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name}:)`, argument];
    }
  }
}
