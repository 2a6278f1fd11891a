import type { Viewer } from '../../src/access/viewer';
import { createDataSource } from '../../src/database/data-source';
import { createMaskingRules } from '../../src/masking/masks-of-viewer';
import { allMaskingRules } from '../../src/masking/rules/masking-rule.store';
import { followViewer } from '../../src/server/routes/audit-entries-route';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { newReader } from './reader';

const app = useTestApi();

test('a viewer who loses a role during a download of the trail sees the rest with the masks of the others', async () => {
  const { userId, key } = await newReader(app, 'SYSTEM_MANAGER', 'AUDITOR');
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'DATA', path: '$.iban', strategy: 'HIDE' });
  const [apiKey] = await app.database.query<{ id: string }>('select id from api_keys where key_id = $1', [
    key.slice(3, 11),
  ]);
  const viewer: Viewer = {
    userId,
    apiKeyId: apiKey?.id ?? null,
    sessionId: null,
    name: 'reader',
    roles: new Set(['SYSTEM_MANAGER', 'AUDITOR']),
    remoteAddress: null,
    userAgent: null,
    requestId: '1',
  };
  const source = await createDataSource(app.database.servingUrl, { name: 'test' }).initialize();
  try {
    const rules = createMaskingRules(() => allMaskingRules(source.manager));
    const { check, shown } = followViewer(source, rules, viewer, 0);
    const filter = { where: { data: 'FR76' } };
    await check();
    expect((await shown())(filter)).toEqual(filter);
    await app.database.query(`update users set roles = '{AUDITOR}' where id = $1`, [userId]);
    await check();
    expect((await shown())(filter)).toEqual({ where: { data: '***' } });
    await app.database.query(`update users set roles = '{SUPPORT}' where id = $1`, [userId]);
    await expect(check()).rejects.toThrow('SYSTEM_MANAGER, AUDITOR');
  } finally {
    await source.destroy();
  }
});
