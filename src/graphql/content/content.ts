// Content: payloads, headers and responses. The audit trail records who reads them.
import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { DirectiveLocation, GraphQLDirective, GraphQLSchema } from 'graphql';
import { Directive } from 'type-graphql';

const RECORDED = 'Recorded in the audit trail (`content.read`).';

type Annotated = Parameters<typeof getDirective>[1];

/**
 * Decorates a field whose value is content, a filter that compares content, or a root field that searches it: reading it
 * has an entry in the audit trail.
 */
export function Content(): PropertyDecorator & MethodDecorator {
  return Directive('@content') as PropertyDecorator & MethodDecorator;
}

export function isContent(schema: GraphQLSchema, field: Annotated): boolean {
  return getDirective(schema, field, 'content')?.[0] !== undefined;
}

/** Adds the directive, and a sentence to each description. */
export function describeContent(built: GraphQLSchema): GraphQLSchema {
  const directive = new GraphQLDirective({
    name: 'content',
    description:
      'The field returns content of a request or document, searches it, or compares it in a filter. The audit ' +
      'trail records who uses it (`content.read`).',
    locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.INPUT_FIELD_DEFINITION],
  });
  const config = built.toConfig();
  const schema = new GraphQLSchema({ ...config, directives: [...config.directives, directive] });
  const described = <Field extends { description?: string | null }>(field: Field): Field => {
    if (isContent(schema, field as Annotated)) {
      // before the examples
      field.description = (field.description ?? '').replace(/\n\n|$/, (end) => ` ${RECORDED}${end}`);
    }
    return field;
  };
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: described,
    [MapperKind.INPUT_OBJECT_FIELD]: described,
  });
}
