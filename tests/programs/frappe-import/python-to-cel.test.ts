import { pythonToCel } from '../../../src/programs/frappe-import/python/python-to-cel';
import { NotCarried } from '../../../src/programs/frappe-import/reading/read-export';
import { compileCondition } from '../../../src/templating/cel-condition';
import { subjectOf } from '../../../src/templating/variables';
import { endsByItself } from '../../support/ends-by-itself';
import known from './fixtures/conditions.json';

const EVENT = {
  id: 'evt_1',
  type: 'sales_invoice.on_submit',
  documentType: 'Sales Invoice',
  event: 'on_submit',
  referenceDocument: 'INV-0042',
  createdAt: '2026-11-24T16:27:44.884Z',
};

function decide(condition: string, document: object) {
  const compiled = compileCondition(condition);
  if ('message' in compiled) throw new Error(`${compiled.message} ${condition}`);
  const body = Buffer.from(JSON.stringify(document));
  return compiled.decide(subjectOf(EVENT, { name: 'maria', fullName: null }, body));
}

/** T: sent. F: not wanted. E: cannot be decided. */
function answer(condition: string, document: object): string {
  const decision = decide(condition, document);
  if ('message' in decision) return 'E';
  return decision.holds ? 'T' : 'F';
}

function refusal(source: string): { part: string; reason: string } {
  try {
    return { part: '', reason: `translated: ${pythonToCel(source).text}` };
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error;
    return { part: source.slice(error.start, error.end), reason: error.reason };
  }
}

describe('a translated condition decides as Python does', () => {
  test.each(known.conditions as [string, string][])('%s', (python, answers) => {
    const { text } = pythonToCel(python);
    const found = known.documents.map((document) => answer(text, document)).join('');
    // where Frappe fails to send, it is enough that nothing is sent
    const expected = answers.replace(/E/g, (_, at) => (found[at] === 'F' ? 'F' : 'E'));
    expect({ text, found }).toEqual({ text, found: expected });
  });
});

test.each([
  ['doc.status == "Paid"', 'has(doc.status) && doc.status == "Paid"'],
  ['doc.status != "Paid"', '!has(doc.status) || doc.status != "Paid"'],
  ['doc.grand_total > 40000', 'doc.grand_total > 40000'],
  ['doc.due_date is None', '!has(doc.due_date) || doc.due_date == null'],
  ['doc.a > 1 and doc.b == 2', 'doc.a > 1 && has(doc.b) && doc.b == 2'],
  ['doc.a > 1 or doc.b == 2', 'doc.a > 1 ? true : has(doc.b) && doc.b == 2'],
  ['doc.b == 2 or doc.a > 1', '(has(doc.b) && doc.b == 2) || doc.a > 1'],
  ['doc.get("package") == "x"', '"package" in doc && doc["package"] == "x"'],
  ['doc["größe"] == 1', '"größe" in doc && doc["größe"] == 1'],
])('%s reads as a person would write it', (python, expected) => {
  expect(pythonToCel(python).text).toBe(expected);
});

describe('what CEL cannot say as Python does is refused, with its place', () => {
  test.each([
    ['frappe.db.get_value("Item", doc.item, "x") == 1', 'frappe.db.get_value("Item", doc.item, "x")', 'own function'],
    ['doc.due_date == nowdate()', 'nowdate()', 'supported as a function'],
    ['doc.due_date == utils.nowdate()', 'utils.nowdate()', 'own function'],
    ['doc.has_value_changed("status")', 'doc.has_value_changed("status")', 'calls Frappe'],
    ['doc.flags.in_insert', 'doc.flags', 'belongs to Frappe'],
    ['doc.__class__ == 1', 'doc.__class__', 'belongs to Frappe'],
    ['any(d.qty > 5 for d in doc.items)', 'for', 'comprehension'],
    ['[d for d in doc.items]', 'for', 'comprehension'],
    ['doc.name[:3] == "INV"', ':', 'slice'],
    ['doc.name[0] == "I"', 'doc.name[0]', 'only doc'],
    ['doc.items[0] == 1', 'doc.items[0]', 'only doc'],
    ['doc.qty // 2 == 1', 'doc.qty // 2', 'computes with //'],
    ['doc.qty ** 2 > 4', 'doc.qty ** 2', 'computes with **'],
    ['doc.name * 3 == "x"', 'doc.name * 3 == "x"', 'different types'],
    ['"ab" * 2 == doc.name', '"ab"', 'not a number'],
    ['"ab" + 2 == doc.name', '"ab" + 2', 'cannot be added'],
    ['doc.qty % doc.total == 0', 'doc.qty % doc.total', 'remainder'],
    ['"%s" % doc.name == "x"', '"%s" % doc.name', 'remainder'],
    ['doc.a / (doc.b + 1) > 1', 'doc.a / (doc.b + 1)', 'divides'],
    ['doc.a / 0 > 1', 'doc.a / 0', 'divides'],
    ['doc.a is doc.b', 'doc.a is doc.b', '=='],
    ['doc.a is True', 'doc.a is True', '=='],
    ['doc.status > None', 'doc.status > None', 'no order'],
    ['1 < "a"', '1 < "a"', 'different types'],
    ['(doc.a > 1) == 1', '(doc.a > 1) == 1', 'different types'],
    ['doc.tags == ("a", "b")', 'doc.tags == ("a", "b")', 'tuple'],
    ['doc', 'doc', 'whole'],
    ['frappe', 'frappe', 'only doc'],
    ['session.user == "x"', 'session.user', 'only doc'],
    ['str(doc.qty) == "7"', 'str(doc.qty)', 'supported as a function'],
    ['round(doc.total) == 7', 'round(doc.total)', 'supported as a function'],
    ['doc.name.replace("a", "b") == "x"', 'doc.name.replace("a", "b")', 'supported as a method'],
    ['doc.name.split("-")[0] == "INV"', 'doc.name.split("-")[0]', 'only doc'],
    ['doc.get(doc.x, 1) == 1', 'doc.get(doc.x, 1)', 'not fixed'],
    ['f"{doc.x}" == "a"', 'f"', 'f-string'],
    ['lambda: 1', 'lambda', 'code'],
    ['doc.a | 1', '|', 'bits'],
    ['~doc.a', '~', 'bits'],
    ['{"a": 1}', '{', 'dictionary'],
    ['(x := 1)', ':=', 'assigns'],
    ['doc.a = 1', '=', 'belong'],
    ['doc.a ==', '', 'too early'],
    ['doc.a == "x', '"', 'has no end'],
    ['(doc.a', '', 'too early'],
    ['doc.a)', ')', 'belong'],
    ['doc.a == 1\nand doc.b == 2', '\n', 'line break'],
    ['doc.a == 1j', '1j', 'complex'],
    ['doc.a == 012', '012', 'number'],
    ['doc.a == "\\ud800"', '"\\ud800', 'surrogate'],
    ['doc.a == 1e999', '1e999', 'too large'],
    ['doc.a ? 1 : 2', '?', 'not Python'],
    ['', '', 'too early'],
    ['f(*doc.a)', '*', 'spreads'],
    ['doc.startswith("x")', 'doc', 'whole'],
    ['len(5) == 1', 'len(5)', 'fails'],
    ['[] or [1]', '[]', 'the same'],
    ['doc.a in doc.b.split(",")', 'doc.b.split(",")', 'neither'],
  ])('%s', (source, part, reason) => {
    const found = refusal(source as string);
    expect(found.part).toBe(part);
    expect(found.reason).toContain(reason);
  });
});

describe('a hostile condition is refused at once', () => {
  test.each([
    ['1 MB of one comparison', `doc.a == "${'x'.repeat(1_000_000)}"`, 'characters'],
    ['1 MB of brackets', '('.repeat(1_000_000), 'characters'],
    ['9,000 brackets', '('.repeat(9_000), 'levels deep'],
    ['9,000 minus signs', `${'-'.repeat(9_000)}1`, 'levels deep'],
    ['3,000 nots', `${'not '.repeat(2_000)}doc.a`, 'levels deep'],
    ['4,000 terms', `doc.a${' + 1'.repeat(2_000)} > 1`, 'levels deep'],
    ['3,000 members', `doc${'.a'.repeat(3_000)}`, 'levels deep'],
    ['choices in choices', 'doc.a if doc.b else '.repeat(300), 'levels deep'],
    ['a middle that doubles with each level', `${'(1 < '.repeat(40)}doc.a${' < 2)'.repeat(40)}`, 'no order'],
    ['values that double with each level', `(${'('.repeat(50)}doc.a${' or 1)'.repeat(50)} or 1) > 2`, 'too long'],
    ['1,000 alternatives', `doc.a == 1${' or doc.a == 1'.repeat(700)}`, 'too long'],
    ['NUL', 'doc.a == \0', 'not Python'],
  ])('%s', (_title, source, reason) => {
    expect(endsByItself(() => refusal(source)).reason).toContain(reason);
  });
});

test('a hundred alternatives are still translated, and evaluated', () => {
  const python = Array.from({ length: 100 }, (_, index) => `doc.a == ${index}`).join(' or ');
  const { text } = pythonToCel(python);
  expect([answer(text, { a: 99 }), answer(text, { a: 100 }), answer(text, {})]).toEqual(['T', 'F', 'F']);
});

test('every string that Python can hold arrives as it is', () => {
  const value = 'tab\t line\n nul\u0001 "both\' \\ 😀 \u2028 \u0085 {{ x }}';
  const { text } = pythonToCel(`doc.a == ${JSON.stringify(value)}`);
  expect(answer(text, { a: value })).toBe('T');
  expect(answer(text, { a: `${value} ` })).toBe('F');
});

test('what a bare field and a truth value mean is said', () => {
  expect(pythonToCel('doc.is_paid and doc.is_return == False').notes).toEqual([
    'doc.is_paid by itself is asked as in Python: missing, null, 0, "" and what is empty are false.',
    'doc.is_return is compared with False: 0 counts as well.',
  ]);
  expect(pythonToCel('doc.status == "Paid"').notes).toEqual([]);
});
