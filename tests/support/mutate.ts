import type { GraphQLAnswer, TestApp } from './app';

/** Calls a mutation whose input type is named for it. @returns the whole answer */
export function askMutation(
  app: TestApp,
  name: string,
  input: object,
  selection: string,
  key?: string | null,
): Promise<GraphQLAnswer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { field code message } } }`;
  return key === undefined ? app.ask(query, { input }) : app.ask(query, { input }, key);
}

/** Calls a mutation that must not be refused outright. @returns its payload */
export async function mutate(
  app: TestApp,
  name: string,
  input: object,
  selection = '',
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
): Promise<any> {
  const answer = await askMutation(app, name, input, selection);
  if (!answer.data?.[name]) throw new Error(JSON.stringify(answer));
  return answer.data[name];
}
