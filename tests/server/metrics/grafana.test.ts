// The dashboard for Grafana: each of its expressions is asked of a Prometheus that reads a running application with a standby.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { createPostgresServer, type PostgresServer, type StandbyServer } from '../../chaos/postgres-server';
import { askAt, type TestApp } from '../../support/app';
import { unusedPort } from '../../support/program';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { describeWithPrometheus } from './promtool';

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string }[];
}

const { panels } = JSON.parse(readFileSync('deploy/grafana/hookledger.json', 'utf8')) as { panels: Panel[] };
const graphs = panels.filter(({ type }) => type !== 'row');

test('each panel has a title, a description, a unit and a place of its own', () => {
  for (const { title, description, fieldConfig } of graphs) {
    expect([title, description, fieldConfig?.defaults.unit]).toEqual(Array(3).fill(expect.stringMatching(/./)));
  }
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)}:${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});

const KEY = `test-administrator-${randomBytes(12).toString('hex')}`;

async function startInstallation() {
  const primary = await createPostgresServer();
  const urls = primary.urlsAt(primary.port() as number);
  const env = {
    DATABASE_URL: urls.servingUrl,
    MIGRATION_DATABASE_URL: urls.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: KEY,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  };
  const start = (more: object) => startApp(readConfig({ ...env, ...more }), createLog('silent'));
  const first = await start({ PROCESSES: 'api' });
  await first.stop();
  await primary.query('grant pg_read_all_stats to hookledger');
  const standby = await primary.startStandby();
  const app = await start({ DATABASE_REPLICA_URL: primary.urlsAt(standby.port).servingUrl });
  return { primary, standby, app };
}

/** @returns its address */
async function startPrometheus(target: string, folder: string): Promise<{ url: string; child: ChildProcess }> {
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: { scrape_interval: 2s, scrape_timeout: 2s }
scrape_configs: [{ job_name: hookledger, static_configs: [{ targets: ['${target}'] }] }]`,
  );
  const address = `127.0.0.1:${await unusedPort()}`;
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`];
  const child = spawn('prometheus', [...options, '--log.level=error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { url: `http://${address}`, child };
}

/** What the API of Prometheus answers. */
interface Queried {
  status: string;
  error?: string;
  data?: { result: { metric: object; value: [number, string] }[] };
}

describeWithPrometheus('in Prometheus', () => {
  let primary: PostgresServer;
  let standby: StandbyServer;
  let app: App;
  let prometheus: { url: string; child: ChildProcess };
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookledger-prometheus-'));
    ({ primary, standby, app } = await startInstallation());
    prometheus = await startPrometheus(new URL(app.url as string).host, folder);
  });
  afterAll(async () => {
    if (prometheus?.child.exitCode === null) {
      prometheus.child.kill();
      await once(prometheus.child, 'exit');
    }
    await app?.stop();
    await standby?.remove();
    await primary?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(expr: string): Promise<Queried> {
    const query = expr.replaceAll('$job', 'hookledger').replaceAll('$__rate_interval', '15s');
    const response = await fetch(`${prometheus.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query }),
    });
    return (await response.json()) as Queried;
  }
  const series = async (expr: string) => (await ask(expr)).data?.result ?? [];

  test('each expression returns a series', async () => {
    const client = { ask: (query, variables, key = KEY) => askAt(app.url as string, query, variables, key) } as TestApp;
    const owner = (await client.ask('{ viewer { id } }')).data.viewer.id;
    const key = 'mutation ($id: ID!) { createApiKey(input: { userId: $id, label: "x" }) { userErrors { message } } }';
    expect((await client.ask(key, { id: owner })).data.createApiKey.userErrors).toEqual([]);
    // nothing listens there
    await createTestWebhook(client, `http://127.0.0.1:${await unusedPort()}/`, { documentType: 'Sales Invoice' });
    await waitFor('Prometheus', async () => (await series('up == 1').catch(() => [])).length === 1);
    await publish(client, [invoice('INV-1')]);
    await waitFor('an attempt in its series', async () => {
      return (await series('increase(hookledger_attempts_total{outcome="CONNECT"}[15s]) > 0')).length > 0;
    });
    const expressions = graphs.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    expect(expressions.length).toBeGreaterThan(30);
    for (const { title, expr } of expressions) {
      // on a busy machine a scrape takes more than its second, and then no series has a value until the next one
      await waitFor(`${title}: ${expr}`, async () => {
        const { status, error, data } = await ask(expr);
        if (status !== 'success') throw new Error(`${title}: ${error}`);
        return (data?.result.length ?? 0) > 0;
      });
    }
  });
});
