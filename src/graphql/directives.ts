import { type ASTNode, type GraphQLDirective, GraphQLSchema, getDirectiveValues } from 'graphql';
import { registerEnumType } from 'type-graphql';

/** A type, field or argument of the schema. */
export interface Annotated {
  astNode?: (ASTNode & Parameters<typeof getDirectiveValues>[1]) | null;
}

/** The arguments with which it has the directive; undefined: it does not have it. */
export function directiveOf(
  schema: GraphQLSchema,
  { astNode }: Annotated,
  name: string,
): Record<string, unknown> | undefined {
  if (!astNode?.directives?.some((each) => each.name.value === name)) return undefined;
  const directive = schema.getDirective(name);
  // undefined would be a field without its rule
  if (!directive) throw new Error(`The schema has no directive @${name}.`);
  return getDirectiveValues(directive, astNode);
}

/** @returns the schema with these directives as well, and with the same types */
export function withDirectives(
  schema: GraphQLSchema,
  ...definitions: readonly ((schema: GraphQLSchema) => GraphQLDirective[])[]
): GraphQLSchema {
  const config = schema.toConfig();
  const added = definitions.flatMap((define) => define(schema));
  return new GraphQLSchema({ ...config, directives: [...config.directives, ...added] });
}

/** A description with an example query. GraphiQL shows the example, and a test validates it against the schema. */
export function withExample(description: string, example: string): string {
  return `${description}\n\n\`\`\`graphql\n${example}\n\`\`\``;
}

/** Publishes a union of strings as a GraphQL enum. @returns the type for decorators */
export function publishEnum<Value extends string>(
  name: string,
  values: readonly Value[],
  description: string,
  valuesConfig: Partial<Record<Value, { description: string }>> = {},
): Record<Value, Value> {
  const object = Object.fromEntries(values.map((value) => [value, value])) as Record<Value, Value>;
  registerEnumType(object, { name, description, valuesConfig });
  return object;
}
