/** @jest-environment node */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateUse } from '../../src/templating/liquid-engine';
import { templateFault } from '../../src/templating/liquid-template';
import { conditionFault, decide, render } from './subjects';

const page = readFileSync(join(__dirname, '../../docs/conditions-and-templates.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)\n```$/gms)].map(([, language, use, text = '']) => ({
  language,
  use: use?.toUpperCase() as TemplateUse,
  text,
}));
const document = blocks.find(({ language }) => language === 'json')?.text;
const conditions = blocks
  .filter(({ language }) => language === 'cel')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.split(/ +\/\/ /) as [string, string]);
const templates = blocks.flatMap(({ language, use, text }, index) =>
  language === 'liquid' ? [[text, use, blocks[index + 1]?.text ?? ''] as const] : [],
);

test('the page has examples', () => {
  expect([conditions.length > 15, templates.length]).toEqual([true, 4]);
});

test.each(conditions)('%s is %s', (condition, expected) => {
  expect(conditionFault(condition)).toBeNull();
  expect(String(decide(condition, document))).toContain(expected);
});

test.each(templates)('%s', (template, use, expected) => {
  expect(templateFault(use, template, 'body')).toBeNull();
  const { text, message } = render(use, template, document);
  expect(text ?? message).toBe(expected);
});
