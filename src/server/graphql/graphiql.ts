const FIRST_QUERY = `# Your API key goes under "Headers" below: { "authorization": "Bearer hl_..." }
# and the document's name under "Variables": { "name": "INV-0042" }
# The schema needs the key too: "Re-fetch GraphQL schema" at the lower left loads it, for the manual and completion.
#
# What happened to one document?
query Document($name: String!) {
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

/** A page to try the API on: one file that fetches nothing from elsewhere. It is 9 MB. */
export async function graphiqlPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Hookledger',
    endpoint: '/graphql',
    defaultQuery: FIRST_QUERY,
    shouldPersistHeaders: false,
  });
}
