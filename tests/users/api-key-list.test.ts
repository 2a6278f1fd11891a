import { useTestApi } from '../support/app';
import { createKeyOf, createUserOf, revokeKeyOf } from './user-keys';

const app = useTestApi();

test('apiKeys lists the keys of all users, never their tokens', async () => {
  const userId = await createUserOf(app, 'lister', ['SUPPORT']);
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const { apiKey, token } = await createKeyOf(app, { userId, expiresAt });
  const { apiKey: kept } = await createKeyOf(app, { userId });
  const list = async (where: object) => {
    const query =
      'query ($where: ApiKeyWhere) { apiKeys(where: $where) { nodes { id label user { id } } totalCount } }';
    const { data } = await app.ask(query, { where: { user: { id: { eq: userId } }, ...where } });
    expect(JSON.stringify(data)).not.toContain(token.slice(-20));
    return data.apiKeys.nodes.map((node: { id: string; user: { id: string } }) => [node.id, node.user.id]);
  };
  expect(await list({})).toEqual([
    [kept.id, userId],
    [apiKey.id, userId],
  ]);
  expect(await list({ expiresAt: { lte: expiresAt } })).toEqual([[apiKey.id, userId]]);
  await revokeKeyOf(app, kept.id);
  expect(await list({ revokedAt: { isNull: true } })).toEqual([[apiKey.id, userId]]);
  expect((await app.ask('{ apiKeys { totalCount } }', undefined, token)).errors?.[0]?.extensions.code).toBe(
    'FORBIDDEN',
  );
});
