/** @jest-environment node */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sampleOf, templateFault } from '../../src/templating/liquid-template';
import { endsByItself } from '../support/ends-by-itself';
import { render, within } from './subjects';

const invoice = `{"name": "INV/1 \\"é\\" 😀", "grand_total": 12345678901234.10, "rate": 100.00, "qty": 5.0, "paid": true,
  "note": null, "empty": "", "key": "hunter2", "constructor": "x",
  "items": [{"code": "A", "qty": 1, "rate": 2.50}, {"code": "B", "qty": 2, "rate": 2.50}],
  "totals": {"2": 1, "1": 2.0}}`;

describe('in a JSON body', () => {
  test.each([
    ['{{ doc.grand_total }}', '12345678901234.10'],
    ['{{ doc.rate | default: 1 }}', '100.00'],
    ['{{ doc.rate | append: " EUR" }}', '100.00 EUR'],
    ['{{ doc.qty | times: 2 | plus: doc.rate }}', '110'],
    ['{{ doc.paid }}', 'true'],
    ['"{{ doc.name }}"', '"INV/1 \\"é\\" 😀"'],
    ['{{ doc.name | json }}', '"INV/1 \\"é\\" 😀"'],
    ['{{ doc.note | json }}', 'null'],
    ['{{ doc.items | json }}', '[{"code": "A", "qty": 1, "rate": 2.50}, {"code": "B", "qty": 2, "rate": 2.50}]'],
    ['{{ doc.totals | json }}', '{"2": 1, "1": 2.0}'],
    ['{{ doc.items | map: "rate" | json }}', '[2.50,2.50]'],
    ['{{ doc.items | map: "rate" | uniq | json }}', '[2.50]'],
    ['{{ doc.items | where: "code", "B" | first | json }}', '{"code": "B", "qty": 2, "rate": 2.50}'],
    ['{{ doc.items | map: "rate" | sum }}', '5'],
    ['{{ doc.items | group_by: "rate" | json }}', expect.stringContaining('{"name":2.50,"items":[{"code": "A"')],
    ['{% for item in doc.items %}{{ item.code }}{% unless forloop.last %},{% endunless %}{% endfor %}', 'A,B'],
    ['{% if doc.rate == 100 and doc.qty > 4 %}yes{% else %}no{% endif %}', 'yes'],
    ['{% if doc.discount %}yes{% else %}no{% endif %}', 'no'],
    ['{{ doc.discount | default: 0 }}', '0'],
    ['{% assign due = doc.rate | minus: 1 %}{{ due }}', '99'],
    ['{% case doc.key %}{% when "hunter2" %}known{% endcase %}', 'known'],
    [
      '{{ event.type }} {{ event.referenceDocument }} {{ user.name }}',
      'sales_invoice.on_submit INV-0001 ada@example.com',
    ],
    ['{{ event.createdAt | date: "%d.%m.%Y %H:%M %z" }}', '04.03.2025 05:06 +0000'],
    ['{% raw %}{{ doc.x }}{% endraw %}', '{{ doc.x }}'],
    ['{{ doc.constructor }}', 'x'],
    ['{{ doc.items.size }}', '2'],
  ])('%s', (template, text) => {
    expect(render('JSON', template, invoice)).toEqual({ text });
  });
});

test('a date is shown in UTC, whatever the time zone of the machine', async () => {
  const folder = join(__dirname, '../../dist/src/templating');
  const program = `
    const { compileTemplate } = require('${folder}/liquid-template.js');
    const { subjectOf } = require('${folder}/variables.js');
    const subject = subjectOf({ createdAt: '2025-03-04T05:06:07.008Z' }, {}, Buffer.from('{}'));
    process.stdout.write(compileTemplate('JSON', '{{ event.createdAt | date: "%H:%M" }}').render(subject).text);`;
  const run = await promisify(execFile)(process.execPath, ['-e', program], { env: { TZ: 'America/New_York' } });
  expect(run.stdout).toBe('05:06');
});

describe('in a URL every output is percent-encoded, once', () => {
  test.each([
    ['/{{ doc.name }}', '/INV%2F1%20%22%C3%A9%22%20%F0%9F%98%80'],
    ['/{{ doc.name | url_encode }}', '/INV%2F1%20%22%C3%A9%22%20%F0%9F%98%80'],
    ['?total={{ doc.grand_total }}', '?total=12345678901234.10'],
    ['?q={{ "a&b=c#d?e/f" }}', '?q=a%26b%3Dc%23d%3Fe%2Ff'],
    ['?items={{ doc.totals | json }}', '?items=%7B%222%22%3A%201%2C%20%221%22%3A%202.0%7D'],
  ])('%s', (template, text) => {
    expect(render('URL', template, invoice)).toEqual({ text });
  });

  test('and null is no part of one', () => {
    expect(render('URL', '/{{ doc.note }}', invoice).message).toContain('is null');
  });
});

describe('what fails is said with its place and never with content', () => {
  test.each([
    ['{{ doc.missing }}', 'There is no doc.missing (line 1, column 4).'],
    ['{"a":\n  {{ doc.a.b }}}', 'There is no doc.a.b (line 2, column 6).'],
    ['{{ doc[doc.key] }}', 'There is no doc[doc.key] (line 1, column 4).'],
    ['{{ doc.name | append: doc.missing }}', 'There is no doc.missing'],
    ['{% assign x = doc.missing %}', 'There is no doc.missing'],
    ['{% for item in doc.missing %}{% endfor %}', 'There is no doc.missing'],
    ['{{ doc.items | where: doc.key, 1 | json }}', 'A filter asks for a key that an element does not have'],
    ['{{ doc.items }}', '{{ doc.items }} (line 1, column 1) is a list: use the filter json or join.'],
    ['{{ doc.totals }}', 'is an object'],
    ['{{ doc.__proto__ }}', 'There is no doc.__proto__'],
    ['{{ doc.items.constructor }}', 'There is no doc.items.constructor'],
    ['{{ doc.name.constructor.name }}', 'There is no doc.name.constructor.name'],
    ['{{ doc.rate.constructor }}', 'There is no doc.rate.constructor'],
    ['{{ doc.rate.__proto__ }}', 'is an object'],
    ['{{ user.constructor }}', 'There is no user.constructor'],
    ['{{ 0 | date: "%d", doc.key }}', 'cannot be rendered'],
    ['{{ doc.items | split: doc.key }}', 'looks for text in a list'],
  ])('%s', (template, expected) => {
    const { message } = render('JSON', template, invoice);
    expect(message).toContain(expected);
    expect(message).not.toContain('hunter2');
  });
});

describe('what is refused when it is saved, and where', () => {
  test.each([
    ['{{ doc.name', 'not closed at line 1, column 1'],
    ['{% if doc.a %}', 'not closed at line 1, column 1'],
    ['\n {{ doc.name | upcas }}', 'There is no filter upcas (line 2, column 2)'],
    ['{{ document.name }}', 'There is no variable document (line 1, column 4): there are doc, event and user.'],
    ['{% capture x %}{% endcapture %}', 'There is no tag capture (line 1, column 1)'],
    ['{% include "/etc/passwd" %}', 'There is no tag include'],
    ['{% render "x" %}', 'There is no tag render'],
    ['{% layout "x" %}', 'There is no tag layout'],
    ['{% echo doc.name %}', 'There is no tag echo'],
    ['{% cycle doc.name %}', 'There is no tag cycle'],
    ['{% tablerow i in doc %}{% endtablerow %}', 'There is no tag tablerow'],
    ['{% liquid echo doc.name %}', 'There is no tag liquid'],
    ['{{ doc.name | raw }}', 'There is no filter raw'],
    ['{{ doc.items | where_exp: "i", "i.x" }}', 'There is no filter where_exp'],
    ['{{ doc.items | sample }}', 'There is no filter sample'],
  ])('%s', (template, expected) => {
    expect(templateFault('JSON', template, 'body')).toContain(expected);
  });

  test('one that is too long', () => {
    expect(templateFault('JSON', 'x'.repeat(65_537), 'body')).toBe(
      'body has 65537 characters; at most 65536 are allowed.',
    );
  });

  test('one that nests too deeply', () => {
    expect(templateFault('JSON', '{% if doc %}'.repeat(5_000), 'body')).toBe('The template nests too deeply.');
  });

  test('one of 64 KiB of outputs is read', () => {
    expect(endsByItself(() => templateFault('JSON', '{{doc}}'.repeat(9_362), 'body'))).toBeNull();
  });
});

test('a sample of a template has a word for each output', () => {
  expect(sampleOf('https://a.example/{{ doc.a }}?{% if doc.b %}b={{ "}}" }}{% endif %}&c')).toBe(
    'https://a.example/x?b=x&c',
  );
});

describe('a hostile template', () => {
  const big = { text: 'a'.repeat(100_000), half: 'a'.repeat(50_000), list: Array.from({ length: 2_000 }, () => 'x') };
  const double = (start: string, step: string, times = 40) =>
    `{% assign a = ${start} %}${`{% assign a = a | ${step} %}`.repeat(times)}{{ a | size }}`;

  test.each([
    [
      'loops in loops',
      '{% for a in doc.list %}{% for b in doc.list %}{% for c in doc.list %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['prints in loops', '{% for a in doc.list %}{{ doc.text }}{% endfor %}'],
    ['doubles a text by append', double('doc.text', 'append: a')],
    ['doubles a text by replace', double('doc.text', 'replace: "a", "aa"')],
    ['doubles a text by json', double('"\\"\\\\"', 'json', 60)],
    ['doubles a list', double('doc.list', 'concat: a')],
    ['doubles a list of long texts', `${double('doc.text | split: "b"', 'concat: a', 16)}{{ a | join }}`],
    ['counts on a list of long texts', `${double('doc.text | split: "b"', 'concat: a', 16)}{{ a | plus: 1 }}`],
    ['counts to a billion', '{% for i in (1..1000000000) %}{% endfor %}'],
    [
      'counts to what the document says',
      '{% for i in (1..doc.text.size) %}{% for j in (1..doc.text.size) %}{% endfor %}{% endfor %}',
    ],
    ['pads a date', '{{ 0 | date: "%1000000000d" }}'],
    ['pads a date often', '{% for a in doc.list %}{% assign x = 0 | date: "%1000000d" %}{% endfor %}'],
    ['cuts a huge slice', '{% for a in doc.list %}{% assign x = doc.text | slice: 0, 1000000000 %}{% endfor %}'],
    ['splits a text into letters, often', '{% for a in doc.list %}{% assign x = doc.text | split: "" %}{% endfor %}'],
    [
      'removes a text that nearly matches everywhere',
      '{% assign b = doc.half | append: "b" %}{{ doc.text | remove_last: b }}',
    ],
    [
      'looks for a text that nearly matches everywhere',
      '{% assign b = doc.half | append: "b" | append: doc.half %}{% if doc.text contains b %}{% endif %}',
    ],
    [
      'sorts and strips, often',
      '{% for a in doc.list %}{% assign x = doc.list | sort | reverse | join | strip_html | escape %}{% endfor %}',
    ],
    [
      'encodes and encodes',
      '{% assign a = doc.text | append: "%" %}{% for i in doc.list %}{% for j in doc.list %}{% assign a = a | url_encode %}{% endfor %}{% endfor %}',
    ],
  ])('that %s ends in time, in bounded memory', async (_, template) => {
    expect(templateFault('JSON', template, 'body')).toBeNull();
    const before = process.memoryUsage().rss;
    const { results } = await within([() => render('JSON', template, big)]);
    expect(results[0]).not.toHaveProperty('text');
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  test.each([
    ...['split', 'remove', 'remove_first', 'remove_last'].map((filter) => `{{ doc.text | ${filter}: b }}`),
    ...['replace', 'replace_first', 'replace_last'].map((filter) => `{{ doc.text | ${filter}: b, "" }}`),
    '{% if doc.text contains b %}{% endif %}',
  ])('%s is not begun where it would take long', (template) => {
    const { message } = render('JSON', `{% assign b = doc.half | append: "b" %}${template}`, big);
    expect(message).toContain('looks for too long a text in a long text');
  });

  test('beside fifty good ones harms none of them', async () => {
    const loop =
      '{% for a in doc.list %}{% for b in doc.list %}{% for c in doc.list %}{% endfor %}{% endfor %}{% endfor %}';
    const runs = Array.from(
      { length: 51 },
      (_, index) => () => render('JSON', index === 20 ? loop : '{{ doc.list.size }}', big),
    );
    const { results } = await within(runs);
    expect(results[20]).toEqual({ late: true });
    expect(results.filter((result) => 'text' in result && result.text === '2000')).toHaveLength(50);
  });

  test('gets at most 256 KiB of body, 4,096 characters of header and 2,048 of URL', () => {
    const template = '{% for i in (1..1000000) %}0123456789{% endfor %}';
    expect(render('URL', template, {}).message).toContain('makes more than 2048 characters');
    expect(render('HEADER', template, {}).message).toContain('makes more than 4096 characters');
    expect(render('JSON', template, {}).message).toContain('makes more than 262144 characters');
    for (const [use, most] of [
      ['URL', 2_048],
      ['HEADER', 4_096],
      ['JSON', 262_144],
    ] as const) {
      expect(render(use, '{{ doc.a }}', { a: 'x'.repeat(most) }).text).toHaveLength(most);
    }
  });

  test('may not make a list of long texts without an end', () => {
    const doubled = '{% for i in (1..13) %}{% assign all = all | concat: all %}{% endfor %}';
    const { message } = render('JSON', `{% assign all = doc %}${doubled}{{ all | upcase }}`, ['x'.repeat(100_000)]);
    expect(message).toContain('makes too much text or too long a list');
  });

  test('over a document that is too deep fails as a template', () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    expect(render('JSON', '{{ doc | json }}', deep).message).toBe('The template cannot be rendered for this document.');
  });
});
