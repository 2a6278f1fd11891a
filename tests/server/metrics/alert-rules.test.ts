// The alerts for Prometheus, and what the manual says of them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DATABASE_GAUGES } from '../../../src/server/routes/database-gauges';
import { testWithPromtool } from './promtool';

const rules = readFileSync('deploy/prometheus/rules.yml', 'utf8');

interface Alert {
  name: string;
  expr: string;
  for: string | undefined;
  summary: string;
}

const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text): Alert => {
    const settingOf = (key: string) => new RegExp(`^ +${key}: (['"])(.*)\\1$`, 'm').exec(text)?.[2] ?? '';
    const [name = ''] = text.split('\n', 1);
    return { name, expr: settingOf('expr'), for: /^ +for: (\w+)$/m.exec(text)?.[1], summary: settingOf('summary') };
  });

test('the table of the manual has each alert as it is', () => {
  const [, table = ''] = /^\| alert \|.*\n.*\n([\s\S]*?)\n\n/m.exec(readFileSync('docs/monitoring.md', 'utf8')) ?? [];
  const rows = table.split('\n').map((row) => row.replaceAll('\\|', '¦').replace(/ \|$/, '').split(' | '));
  const expected = alerts.map((alert) => [
    `| ${alert.name}`,
    `\`${alert.expr.replaceAll('|', '¦')}\`${alert.for ? ` for ${alert.for}` : ''}`,
    alert.summary,
  ]);
  expect(rows).toEqual(expected);
  expect(alerts.length).toBeGreaterThan(20);
});

test('the runbook has a section for each alert, in the order of the rules', () => {
  const sections = readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm);
  expect([...sections].map(([, title]) => title)).toEqual(alerts.map(({ name }) => name));
});

test('what all processes show alike is taken once', () => {
  const shared = new RegExp(DATABASE_GAUGES.map(({ name }) => `${name}\\b`).join('|'), 'g');
  for (const { expr } of alerts) {
    expect(expr.replaceAll(/max without \(instance\) \([^()]*\)/g, '')).not.toMatch(shared);
  }
});

test('for each alert there is a case in which it fires, and one in which it is silent', () => {
  const cases = readFileSync('deploy/prometheus/rules.test.yml', 'utf8')
    .split(/^ {2}- name: /m)
    .slice(1);
  const asserted = cases.map((text) => [
    /alertname: (\w+)/.exec(text)?.[1],
    /exp_alerts: \[\]/.test(text) ? 'silent' : 'fires',
  ]);
  expect(asserted).toEqual(
    alerts.flatMap(({ name }) => [
      [name, 'fires'],
      [name, 'silent'],
    ]),
  );
});

testWithPromtool('promtool accepts the rules, and their cases succeed', () => {
  const tried = spawnSync('promtool', ['test', 'rules', 'rules.test.yml'], {
    cwd: 'deploy/prometheus',
    encoding: 'utf8',
  });
  expect(tried.stdout + tried.stderr).toContain('SUCCESS');
  expect(tried.status).toBe(0);
});
