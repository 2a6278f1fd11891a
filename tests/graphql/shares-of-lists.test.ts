// All lists of a document together look at a limited number of rows.
import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { costOf, createPlans, shareOfLists } from '../../src/graphql/limits/cost-plan';
import { COST_WEIGHTS } from '../../src/server/graphql/cost-weights';
import { sharedSchema } from '../../src/server/schema/schema';

const planOf = createPlans(sharedSchema(), COST_WEIGHTS);

function shareOf(query: string): number {
  const document = parse(query);
  return shareOfLists(costOf(planOf(document, getOperationAST(document) as OperationDefinitionNode), {}));
}

const several = (number: number) =>
  `{ ${Array.from({ length: number }, (_, n) => `a${n}: webhookRequestLogs { nodes { id } }`).join(' ')} }`;

test.each([
  ['no list', '{ viewer { name } }', 10_000],
  ['one list', several(1), 10_000],
  ['five lists', several(5), 10_000],
  ['six lists', several(6), 5_000],
  ['a list below each of 20 rows', '{ webhooks(first: 20) { nodes { requests(first: 5) { nodes { id } } } } }', 2_000],
  ['a list below each of 100 rows', '{ webhooks(first: 100) { nodes { requests(first: 5) { nodes { id } } } } }', 200],
  [
    'lists below lists, which look at their own rows alone',
    '{ users(first: 30) { nodes { webhooks(first: 30) { nodes { requests(first: 10) { nodes { id } } } } } } }',
    1,
  ],
])('%s', (_what, query, share) => {
  expect(shareOf(query)).toBe(share);
  expect(share === 1 || share <= 10_000).toBe(true);
});
