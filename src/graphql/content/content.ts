// Content: payloads, headers and responses. The audit trail records who reads them.
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
} from 'graphql';
import { Directive } from 'type-graphql';
import { type Annotated, directiveOf } from '../directives';
import { changeFields } from '../field-rules';

const RECORDED = 'Recorded in the audit trail (`content.read`).';

/**
 * Decorates a field whose value is content, a filter that compares content, or a root field that searches it: reading it
 * has an entry in the audit trail.
 */
export function Content(): PropertyDecorator & MethodDecorator {
  return Directive('@content') as PropertyDecorator & MethodDecorator;
}

export function isContent(schema: GraphQLSchema, field: Annotated): boolean {
  return directiveOf(schema, field, 'content') !== undefined;
}

export const contentDirectives = () => [
  new GraphQLDirective({
    name: 'content',
    description:
      'The field returns content of a request or document, searches it, or compares it in a filter. The audit ' +
      'trail records who uses it (`content.read`).',
    locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.INPUT_FIELD_DEFINITION],
  }),
];

/** Adds a sentence to each description. */
export function describeContent(schema: GraphQLSchema): void {
  const describe = (field: Annotated & { description?: string | null }) => {
    if (!isContent(schema, field)) return;
    // before the examples
    field.description = (field.description ?? '').replace(/\n\n|$/, (end) => ` ${RECORDED}${end}`);
  };
  changeFields(schema, describe);
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  for (const input of inputs) Object.values(input.getFields()).forEach(describe);
}

// Filters that compare content, at any depth of an argument.

/** The fields of an input type that compare content, or whose type has such fields. */
export interface ContentFilters {
  type: string;
  /** By name: the filters of its type; null: it compares content itself. */
  fields: ReadonlyMap<string, string | null>;
}

/** By the name of the input type. Types without such filters are left out. */
export function contentFiltersOf(schema: GraphQLSchema): Map<string, ContentFilters> {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const found = new Map<string, Map<string, string | null>>();
  // inputs contain each other, so that types are found until there are no more
  for (let size = -1; size < sizeOf(found); ) {
    size = sizeOf(found);
    for (const input of inputs) {
      for (const field of Object.values(input.getFields())) {
        const of = getNamedType(field.type).name;
        const own = isContent(schema, field);
        if (!own && !found.has(of)) continue;
        const fields = found.get(input.name) ?? new Map<string, string | null>();
        found.set(input.name, fields.set(field.name, own ? null : of));
      }
    }
  }
  return new Map([...found].map(([type, fields]) => [type, { type, fields }]));
}

function sizeOf(found: ReadonlyMap<string, ReadonlyMap<string, unknown>>): number {
  return [...found.values()].reduce((sum, fields) => sum + fields.size, 0);
}

export function filtersOfArgument(all: ReadonlyMap<string, ContentFilters>, type: GraphQLInputType) {
  return all.get(getNamedType(type).name) ?? null;
}

/** Adds `Type.field` of each filter in the value that compares content. */
export function addUsedFilters(
  all: ReadonlyMap<string, ContentFilters>,
  filters: ContentFilters,
  value: unknown,
  used: Set<string>,
): void {
  if (Array.isArray(value)) {
    for (const each of value) addUsedFilters(all, filters, each, used);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    const of = filters.fields.get(name);
    // null and absent are no filter
    if (of === undefined || part === null || part === undefined) continue;
    const below = of === null ? null : all.get(of);
    if (below) addUsedFilters(all, below, part, used);
    else used.add(`${filters.type}.${name}`);
  }
}
