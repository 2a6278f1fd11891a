import { type ASTNode, type GraphQLDirective, GraphQLSchema, getDirectiveValues } from 'graphql';

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
