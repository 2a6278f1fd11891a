/** A description with an example to try: GraphiQL shows it as GraphQL, and a test holds it against the schema. */
export function withExample(description: string, example: string): string {
  return `${description}\n\n\`\`\`graphql\n${example}\n\`\`\``;
}
