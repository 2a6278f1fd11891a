import { auditServer } from 'graphql-http';
import { useTestApi } from '../support/app';

const app = useTestApi();

/** 400 for what is no valid document, also to clients that accept application/json: the draft no longer requires 200. */
const DELIBERATE = ['572B', 'FDE2', '7B9B'];

test('the audits of graphql-http find no error, no notice, and the three warnings that we mean', async () => {
  const results = await auditServer({
    url: `${app.url}/graphql`,
    // a browser's simple request is refused: csrf
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: {
          ...(init.headers as Record<string, string>),
          authorization: `Bearer ${app.adminKey}`,
          'apollo-require-preflight': 'true',
        },
      }),
  });
  expect(results.length).toBeGreaterThanOrEqual(61);
  const found = results.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`);
  expect(found.sort()).toEqual(DELIBERATE.map((id) => `${id} warn`).sort());
});
