/** A description with an example query. GraphiQL shows the example, and a test validates it against the schema. */
export function withExample(description: string, example: string): string {
  return `${description}\n\n\`\`\`graphql\n${example}\n\`\`\``;
}
