import { jinjaToLiquid } from '../../../src/programs/frappe-import/jinja/jinja-to-liquid';
import { compileTemplate } from '../../../src/templating/liquid-template';
import { subjectOf } from '../../../src/templating/variables';
import { endsByItself } from '../../support/ends-by-itself';
import conditions from './fixtures/conditions.json';
import known from './fixtures/templates.json';

const EVENT = {
  id: 'evt_1',
  type: 'sales_invoice.on_submit',
  documentType: 'Sales Invoice',
  event: 'on_submit',
  referenceDocument: 'INV-0042',
  createdAt: '2026-11-24T16:27:44.884Z',
};

function translated(source: string): string {
  const template = jinjaToLiquid(source);
  if ('faults' in template) throw new Error(template.faults.map((fault) => fault.reason).join());
  return template.text;
}

function render(use: 'HEADER' | 'JSON', liquid: string, document: object): string | { message: string } {
  const compiled = compileTemplate(use, liquid);
  if ('message' in compiled) throw new Error(`${compiled.message} ${liquid}`);
  const subject = subjectOf(EVENT, { name: 'maria', fullName: null }, Buffer.from(JSON.stringify(document)));
  const rendered = compiled.render(subject);
  return 'text' in rendered ? rendered.text : rendered;
}

/** As the fixtures have it: the text, or the JSON that it is. */
function printed(kind: string, liquid: string, document: object): unknown {
  const text = render(kind === 'JSON' ? 'JSON' : 'HEADER', liquid, document);
  if (typeof text !== 'string' || kind === 'TEXT') return text;
  try {
    return JSON.parse(text);
  } catch {
    return { message: `not JSON: ${text}` };
  }
}

function isMissing(found: unknown): boolean {
  return typeof found === 'object' && found !== null && /^There is no /.test(String(Object(found).message));
}

function refusals(source: string): [part: string, reason: string][] {
  const template = jinjaToLiquid(source);
  if (!('faults' in template)) return [['', `translated: ${template.text}`]];
  return template.faults.map((fault) => [source.slice(fault.start, fault.end), fault.reason]);
}

describe('a translated template prints what Jinja prints', () => {
  test.each(known as [string, string, unknown[]][])('%s: %s', (kind, jinja, expected) => {
    const liquid = translated(jinja);
    const found = conditions.documents.map((document) => printed(kind, liquid, document));
    // Where Frappe fails to send, what is printed here does not matter. Printing what a document does not have fails.
    const right = expected.map((each, index) => (each === null || isMissing(found[index]) ? found[index] : each));
    expect({ liquid, found }).toEqual({ liquid, found: right });
    expect(isMissing(found[0])).toBe(false);
  });
});

test.each([
  ['{{ doc.discount_note }}', { discount_note: null }, ''],
  ['{{ doc.note | default("x") }}', { note: null }, 'x'],
  ['{{ doc.note | default("x") }}', {}, 'x'],
  ['{{ doc.note | default("x") }}', { note: '' }, ''],
  ['{{ doc.note | d }}', {}, ''],
  ['{{ doc.get("note", "x") | upper }}', {}, 'X'],
  ['{{ doc.total }} {{ doc.total | string }}', { total: 100.5 }, '100.5 100.5'],
])('%s for %j is %j: an empty field is written as nothing', (jinja, document, expected) => {
  expect(render('HEADER', translated(jinja), document)).toBe(expected);
});

test('an order with an empty field is false, whichever way it is asked', () => {
  const liquid = translated(
    '{% if doc.a < 5 %}a{% endif %}{% if not doc.a < 5 %}b{% endif %}{% if 1 > doc.a %}c{% endif %}',
  );
  expect([{ a: null }, {}, { a: 0 }, { a: 9 }].map((document) => render('HEADER', liquid, document))).toEqual([
    '',
    '',
    'ac',
    'b',
  ]);
});

test('text that JSON cannot hold as it is arrives whole', () => {
  const document = { remarks: 'say "hi"\n\\ 😀' };
  expect(printed('JSON', translated('{"a": "{{ doc.remarks }}", "b": {{ doc.remarks | tojson }}}'), document)).toEqual({
    a: document.remarks,
    b: document.remarks,
  });
});

test.each([
  ['{ "id": "{{ doc.name }}" }', '{ "id": "{{ doc.name }}" }'],
  ['{{ doc.items[0].qty }}', '{{ doc.items[0].qty }}'],
  [
    "{{ doc.status or '' }}",
    '{% if doc.status and doc.status != 0 and doc.status != empty %}{{ doc.status }}{% endif %}',
  ],
  ['{% for r in doc.items %}{{ loop.index }}{% endfor %}', '{% for r in doc.items %}{{ forloop.index }}{% endfor %}'],
  ['{# why #}', '{% comment %} why {% endcomment %}'],
  ['{{ doc.customer | tojson }}', '{% if doc.customer != nil %}{{ doc.customer | json }}{% else %}null{% endif %}'],
])('%s reads as a person would write it', (jinja, expected) => {
  expect(translated(jinja)).toBe(expected);
});

describe('what Liquid cannot print as Jinja does is refused, with its place', () => {
  test.each([
    ['{{ frappe.db.get_value("Item", doc.item, "x") }}', 'frappe.db.get_value("Item", doc.item, "x")', 'own function'],
    ['{{ frappe.utils.nowdate() }}', 'frappe.utils.nowdate()', 'own function'],
    ['{{ frappe.session.user }}', 'frappe.session.user', 'only doc'],
    ['{{ _("Paid") }}', '_("Paid")', 'supported as a function'],
    ['{{ doc.get_formatted("total") }}', 'doc.get_formatted("total")', 'calls Frappe'],
    ['{{ doc.name.split("-")[0] }}', 'doc.name.split("-")[0]', 'only doc'],
    ['{{ doc.name.split("-") }}', 'doc.name.split("-")', 'supported as a method'],
    ['{{ "%.2f" | format(doc.total) }}', '"%.2f" | format(doc.total)', 'format'],
    ['{{ "%.2f" % doc.total }}', '"%.2f" % doc.total', 'computes a text'],
    ['{{ doc.total | round(2) }}', 'doc.total | round(2)', 'halves to even'],
    ['{{ doc.total | int }}', 'doc.total | int', 'int'],
    ['{{ doc.x | custom_filter }}', 'doc.x | custom_filter', 'custom_filter'],
    ['{{ doc.x | trim("a") }}', 'doc.x | trim("a")', 'argument'],
    ['{{ doc.a + doc.b }}', 'doc.a + doc.b', 'adds two fields'],
    ['{{ doc.a / doc.b }}', 'doc.a / doc.b', 'computes with /'],
    ['{{ doc.a // 2 }}', 'doc.a // 2', 'computes with //'],
    ['{{ (doc.a ~ doc.b) | upper }}', '(doc.a ~ doc.b) | upper', 'joined with ~'],
    ['{{ doc.name[0:3] }}', ':', 'slice'],
    ['{{ doc.x is defined }}', 'is defined', 'a test'],
    ['{{ {"a": 1} }}', '{', 'dictionary'],
    ['{{ [1, 2] }}', '[1, 2]', 'list'],
    ['{{ x }}', 'x', 'only doc'],
    ['{{ loop.index }}', 'loop.index', 'only doc'],
    ['{% for a in doc.b %}{{ loop.cycle("a") }}{% endfor %}', 'loop.cycle("a")', 'supported as a method'],
    ['{% for a in doc.b %}{{ loop.previtem }}{% endfor %}', 'loop.previtem', 'Liquid loop'],
    ['{% for a in doc.b if a.c %}{% endfor %}', 'if', 'leaves elements out'],
    ['{% for a, b in doc.c %}{% endfor %}', ' for a, b in doc.c ', 'more than one variable'],
    ['{% for i in range(3) %}{% endfor %}', 'range(3)', 'not a list'],
    ['{% for event in doc.b %}{% endfor %}', ' for event in doc.b ', 'name event'],
    ['{% for a in doc.b %}{% set x = 1 %}{% endfor %}', ' set x = 1 ', 'ends with the loop'],
    ['{% set x.y = 1 %}', ' set x.y = 1 ', 'one name'],
    ['{% set x %}a{% endset %}', ' set x ', 'one name'],
    ['{% set doc = doc.items %}', ' set doc = doc.items ', 'name doc'],
    ['{% set x = doc.a | tojson %}', ' set x = doc.a | tojson ', 'complete JSON'],
    ["{% set x = '\"' %}", " set x = '\"' ", 'escaped here'],
    ['{{ doc.tags | join(\'","\') }}', '\'","\'', 'escaped here'],
    ["{{ doc.x | replace('\"', '\\\\\"') }}", "'\\\\\"'", 'escaped here'],
    ['{% macro x() %}{% endmacro %}', ' macro x() ', 'macro'],
    ['{% include "x.html" %}', ' include "x.html" ', 'include'],
    ['{% if doc.a or 0 > 5 %}x', '', 'inside a block'],
    ['{% if (doc.a or 0) > 5 %}x{% endif %}', '(doc.a or 0)', 'conditional expression inside'],
    ['{% endif %}', ' endif ', 'no block'],
    ['{% for a in doc.b %}{% endif %}{% endfor %}', ' endif ', 'no if'],
    ['{{ doc.x', '{{', 'never closed'],
    ['{% if doc.x', '{%', 'never closed'],
    ['{# x', '{#', 'never closed'],
    ['{% raw %} {{', ' raw ', 'raw block'],
    ['{{ }}', '', 'too early'],
    ['{{ doc. }}', '', 'too early'],
  ])('%s', (source, part, reason) => {
    const [first] = refusals(source);
    expect(first?.[0]).toBe(part);
    expect(first?.[1]).toContain(reason);
  });
});

test('every place is listed, up to twenty', () => {
  expect(refusals('{{ a }}{{ doc.b }}{% include "x" %}').map(([part]) => part)).toEqual(['a', ' include "x" ']);
  expect(refusals('{{ a }}'.repeat(1_000))).toHaveLength(20);
});

describe('a hostile template is refused at once, or translated', () => {
  test.each([
    ['1 MB', 'x'.repeat(1_000_000), 'characters'],
    ['braces that never end', '{{'.repeat(30_000), 'never closed'],
    ['20,000 brackets', `{{ ${'('.repeat(20_000)} }}`, 'never closed'],
    ['5,000 brackets', `{{ ${'('.repeat(5_000)}doc.a${')'.repeat(5_000)} }}`, 'levels deep'],
    ['10,000 filters', `{{ doc.a${' | upper'.repeat(7_000)} }}`, 'levels deep'],
    [
      'choices that double with each level',
      `{% if ${'(1 if '.repeat(40)}doc.a${' else 0)'.repeat(40)} %}{% endif %}`,
      'too long',
    ],
    ['2,000 blocks that stay open', '{% if doc.a %}'.repeat(2_000), 'inside a block'],
  ])('%s', (_title, source, reason) => {
    expect(endsByItself(() => refusals(source))[0]?.[1]).toContain(reason);
  });
});

test('the words of the translation do not collide with those of the template', () => {
  const liquid = translated('{% set hl_1 = "x" %}{% if (doc.a or doc.b) and (doc.c or doc.d) %}y{% endif %}{{ hl_1 }}');
  expect(render('HEADER', liquid, { a: 1, c: 1 })).toBe('yx');
});
