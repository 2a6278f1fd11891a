// What masking rules cost: the same pages for a manager before and beside ten rules, and for SUPPORT with ten rules.
import { toNodeId } from '../../../../src/ids';
import { ask } from '../../dashboard/ask';
import { OURS } from '../../dashboard/queries';
import type { Target } from '../../load';
import { deleteRules, makeRules, newReader } from './readers';
import { type Effort, inTurns, type Server, type Use } from './turns';

export interface MaskedPage {
  name: string;
  withoutRules: Use;
  /** Beside rules for SUPPORT. */
  manager: Use;
  /** With ten rules for INTEGRATION_MANAGER, which hide values from them. */
  maskedManager: Use;
  support: Use;
}

const CONTENT = 'data response headers responseHeaders';
const ROW = 'id status documentType event referenceDocument responseStatus durationMs startedAt';
const PAGE = `query ContentPage($after: String) { webhookRequestLogs(first: 25, after: $after) {
  nodes { ${ROW} data response webhook { id name status } user { id name } } pageInfo { hasNextPage endCursor } } }`;
const ONE = `query OneRequest($id: ID!) { webhookRequestLog(id: $id) {
  ${ROW} url ${CONTENT} dataBody { text bytes sha256 } webhook { id name } user { id name } } }`;

interface Page {
  name: string;
  query: string;
  variables: object[];
}

export async function measurePages(server: Server, effort: Effort): Promise<MaskedPage[]> {
  const { target } = server;
  const manager = await newReader(target, 'INTEGRATION_MANAGER');
  const support = await newReader(target, 'SUPPORT');
  const measured: MaskedPage[] = [];
  for (const page of await pages(server)) {
    await checkMasked(target, page, manager, support);
    const bodies = page.variables.map((variables) => JSON.stringify({ query: page.query, variables }));
    const beside = (role: string, reader: Target) => {
      let ids: string[] = [];
      return {
        target: reader,
        bodies,
        before: async () => {
          ids = await makeRules(target, role);
        },
        after: () => deleteRules(target, ids),
      };
    };
    const turns = {
      withoutRules: { target: manager, bodies },
      manager: beside('SUPPORT', manager),
      maskedManager: beside('INTEGRATION_MANAGER', manager),
      support: beside('SUPPORT', support),
    };
    measured.push({ name: page.name, ...(await inTurns(server, turns, effort)) });
  }
  return measured;
}

const SAMPLES = 20;

async function pages({ target, sql }: Server): Promise<Page[]> {
  const cursors: object[] = [{ after: null }];
  while (cursors.length < SAMPLES) {
    const { webhookRequestLogs } = await ask<{ webhookRequestLogs: { pageInfo: { endCursor: string } } }>(
      target,
      PAGE,
      cursors.at(-1),
    );
    cursors.push({ after: webhookRequestLogs.pageInfo.endCursor });
  }
  const { rows } = await sql.query<{ id: string }>(
    'select id from webhook_request_logs where response_body is not null order by id desc limit $1',
    [SAMPLES],
  );
  return [
    { name: OURS_LIST, query: OURS.list, variables: cursors },
    { name: 'page of 25 with payload and response', query: PAGE, variables: cursors },
    {
      name: 'one request with all content',
      query: ONE,
      variables: rows.map(({ id }) => ({ id: toNodeId('WebhookRequestLog', id) })),
    },
  ];
}

const OURS_LIST = 'list of 25 of the dashboard set, without content but with URLs';

/** A page without values that are masked would measure nothing. */
async function checkMasked(target: Target, { name, query, variables }: Page, manager: Target, support: Target) {
  if (name === OURS_LIST) return;
  const ids = await makeRules(target, 'SUPPORT');
  try {
    const [whole, masked] = [await ask(manager, query, variables[0]), await ask(support, query, variables[0])];
    if (JSON.stringify(whole).includes('***')) throw new Error(`${name}: something is masked from a manager`);
    if (!JSON.stringify(masked).includes('***')) throw new Error(`${name}: nothing is masked from SUPPORT`);
  } finally {
    await deleteRules(target, ids);
  }
}
