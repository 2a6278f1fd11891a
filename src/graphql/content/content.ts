// Content: payloads, headers and responses. The audit trail records who reads them.
import { DirectiveLocation, GraphQLDirective, type GraphQLSchema, isInputObjectType } from 'graphql';
import { Directive } from 'type-graphql';
import { type Annotated, directiveOf } from '../directives';
import { changeFields } from '../field-rule';

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
