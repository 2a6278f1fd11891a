/** Runs as it is: its variable has a default. */
export const FIRST_QUERY = `# Your API key goes under "Headers" below: { "authorization": "Bearer hl_..." }
# and the document's name under "Variables": { "name": "INV-0042" }, or here:
# The schema needs the key too: "Re-fetch GraphQL schema" at the lower left loads it, for the manual and completion.
#
# What happened to one document?
query Document($name: String! = "INV-0042") {
  webhookRequestLogs(where: { referenceDocument: { eq: $name } }) {
    nodes {
      startedAt
      attemptNumber
      status
      responseStatus
      error
      url
      webhook { name owner { name } }
      user { name }
    }
  }
}
`;

/**
 * A request with a key leaves out the cookie of the session: the server refuses both together. With a key, the page shows what
 * the key may read, also to a person who is signed in.
 */
const ONE_CREDENTIAL = `
const send = globalThis.fetch;
globalThis.fetch = (url, options) =>
  send(url, new Headers(options?.headers).has('authorization') ? { ...options, credentials: 'omit' } : options);
`;

/** A page to try the API on: one file that fetches nothing from elsewhere. It is 9 MB. */
export async function graphiqlPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'Hookledger',
    endpoint: '/graphql',
    defaultQuery: FIRST_QUERY,
    shouldPersistHeaders: false,
  });
  return page.replace('<script>', () => `<script>${ONE_CREDENTIAL}</script><script>`);
}
