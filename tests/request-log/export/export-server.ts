import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance } from 'fastify';
import type { Pool, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/database/data-source';
import { createMaskingRules } from '../../../src/masking/masks-of-viewer';
import { allMaskingRules } from '../../../src/masking/rules/masking-rule.store';
import { answerErrorsAsJson } from '../../../src/server/edge/http-errors';
import { createRateLimits } from '../../../src/server/edge/rate-limits';
import { type ExportLimits, serveExports } from '../../../src/server/routes/request-export-route';
import type { TestApp } from '../../support/app';

/** The route of exports, more or less patient. */
export async function startExportServer(
  app: TestApp,
  limits: Partial<ExportLimits>,
  readingUrl = app.database.servingUrl,
) {
  const source: DataSource = await createDataSource(app.database.servingUrl, { name: 'test' }).initialize();
  const reading = await createDataSource(readingUrl, { name: 'test replica' }).initialize();
  const server: FastifyInstance = fastify();
  server.decorateRequest('viewer', null);
  await server.register(cookie);
  server.decorate('rates', createRateLimits({ costPerMinute: 0, requestsPerSecond: 0, wrongKeysPerMinute: 0 }));
  answerErrorsAsJson(server);
  const rules = createMaskingRules(() => allMaskingRules(source.manager));
  serveExports(server, source, reading.manager, rules, {
    perKey: 4,
    inAll: 8,
    patienceMs: 600_000,
    checkMs: 10_000,
    triedAgainAfterMs: [],
    ...limits,
  });
  const rowsRead = countRows(reading);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const stop = async () => {
    await server.close();
    await source.destroy();
    await reading.destroy();
  };
  return { url, adminKey: app.adminKey, rowsRead, stop };
}

/** How many rows its statements have given. */
function countRows(source: DataSource): () => number {
  const { master } = source.driver as unknown as { master: Pool };
  const query = master.query.bind(master) as (statement: object) => Promise<QueryResult>;
  let count = 0;
  Object.assign(master, {
    query: async (statement: object) => {
      const result = await query(statement);
      count += result.rows.length;
      return result;
    },
  });
  return () => count;
}
