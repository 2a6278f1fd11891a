// The GraphQL in descriptions and in Markdown: what stands between ```graphql and ```.
import { type GraphQLSchema, parse, validate } from 'graphql';

export function examplesIn(text: string): string[] {
  return [...text.matchAll(/^```graphql\n(.*?)\n```$/gms)].map(([, example = '']) => example);
}

/** Why a client that sends it would be refused. */
export function faultsOf(schema: GraphQLSchema, example: string): string[] {
  try {
    return validate(schema, parse(example)).map(({ message }) => `${message} in ${example}`);
  } catch (error) {
    return [`${(error as Error).message} in ${example}`];
  }
}
