/** @jest-environment node */
import { compileCondition, type Decision } from '../../src/templating/cel-condition';
import { endsByItself } from '../support/ends-by-itself';
import { conditionFault, decide, subjectFor, within } from './subjects';

describe('what a condition can say', () => {
  const paid = {
    name: 'INV-0001',
    status: 'Paid',
    grand_total: 50_000,
    note: null,
    customer: { name: 'Ünïcode 😀', tags: ['vip'] },
    items: [
      { qty: 1, rate: 2.5 },
      { qty: 2, rate: 2.5 },
    ],
  };

  test.each([
    ['doc.grand_total > 40000 && doc.status == "Paid"', true],
    ['doc.grand_total > 40000 && doc.status == "Unpaid"', false],
    ['doc.status in ["Paid", "Partly Paid"]', true],
    ['doc.items.exists(item, item.qty * item.rate >= 5)', true],
    ['doc.items.all(item, item.qty > 1)', false],
    ['doc.items.filter(item, item.qty > 1).size() == 1', true],
    ['doc.items[1].qty == 2', true],
    ['has(doc.discount) && doc.discount > 5', false],
    ['!has(doc.discount)', true],
    ['has(doc.customer.name)', true],
    ['doc.note == null', true],
    ['doc.customer.name == "Ünïcode 😀"', true],
    ['doc.customer.name.contains("😀")', true],
    ['"vip" in doc.customer.tags', true],
    ['"name" in doc.customer', true],
    ['event.type == "sales_invoice.on_submit" && event.documentType == "Sales Invoice"', true],
    ['event.event == "on_submit" && event.referenceDocument == "INV-0001"', true],
    ['timestamp(event.createdAt) > timestamp("2025-01-01T00:00:00Z")', true],
    ['user.name.endsWith("@example.com") && user.fullName == null', true],
    ['true', true],
  ])('%s is %s', (condition, expected) => {
    expect(decide(condition, paid)).toBe(expected);
  });
});

describe('a number means the same however the document writes it', () => {
  test.each(['5', '5.0', '5.00', '5e0', '0.5e1'])('%s', (written) => {
    const document = `{"qty":${written}}`;
    for (const condition of [
      'doc.qty == 5',
      'doc.qty == 5.0',
      'doc.qty != 6',
      'doc.qty * 2 > 9',
      'doc.qty * 1.1 > 5.4',
      '2 * doc.qty == 10',
      'doc.qty + 1 == 6',
      '10 - doc.qty == 5',
      'doc.qty / 2 == 2.5',
      'doc.qty % 2 == 1',
      'doc.qty % 2.5 == 0',
      '-doc.qty < 0',
      'doc.qty in [1, 5]',
      'doc.qty * 1.5 == 7.5 && doc.qty * 2.0 == 10 && doc.qty * 2.0 != 11 && 10 == doc.qty * 2.0',
      '1 == 1.0 && 2 * 1.5 == 3 && [1, 2.0] == [1.0, 2]',
      'int(doc.qty) == 5 && double(doc.qty) == 5.0',
    ]) {
      expect([condition, decide(condition, document)]).toEqual([condition, true]);
    }
  });
});

describe('what cannot be evaluated is said with the name of the key and never with content', () => {
  const document = { note: null, secret: 'hunter2', list: ['hunter2'], constructor: { name: 'hunter2' } };

  test.each([
    ['doc.grand_total > 1', 'There is no doc.grand_total (line 1, column 5)'],
    ['true &&\n  doc.a.b == 1', 'There is no doc.a (line 2, column 7)'],
    ['doc[doc.secret] == 1', 'There is no doc[doc.secret]'],
    ['doc.list[3] == "x"', 'There is no doc.list[3]'],
    ['has(doc.missing.key)', 'There is no doc.missing'],
    ['doc.note > 1', 'null > int'],
    ['doc.note + 1 > 2', 'null + int'],
    ['!doc.note', '!null'],
    ['doc.secret > 1', 'string > int'],
    ['doc.secret && true', "'string'"],
    ['bool(doc.secret)', 'bool(doc.secret) cannot be evaluated'],
    ['int(doc.secret) == 1', 'int(doc.secret) cannot be evaluated'],
    ['duration(doc.secret) > duration("1h")', 'duration(doc.secret) cannot be evaluated'],
    ['timestamp(doc.secret) > timestamp("2025-01-01T00:00:00Z")', 'timestamp(doc.secret) cannot be evaluated'],
    ['timestamp(event.createdAt).getHours(doc.secret) > 1', 'cannot be evaluated'],
    ['doc.secret.substring(99) == ""', 'cannot be evaluated'],
    ['doc.secret', 'gave a text'],
    ['doc.list', 'gave a list'],
    ['doc', 'gave an object'],
    ['doc.note', 'gave null'],
    ['doc.constructor', 'gave an object'],
    ['doc.constructor.constructor == 1', 'There is no doc.constructor.constructor'],
    ['doc.__proto__ == 1', 'There is no doc.__proto__'],
    ['doc.list.constructor == 1', 'There is no doc.list.constructor'],
  ])('%s', (condition, expected) => {
    const message = decide(condition, document);
    expect(message).toContain(expected);
    expect(message).not.toContain('hunter2');
  });

  test.each(['1', '"text"', '[]', 'true'])('a document that is %s has no keys', (document) => {
    expect(typeof decide('doc.status == "Paid"', document)).toBe('string');
  });

  test('what does not decide may fail: the other side is true', () => {
    expect(decide('doc.missing > 1 || doc.secret == "hunter2"', document)).toBe(true);
    expect(decide('doc.missing > 1 && doc.secret == "other"', document)).toBe(false);
  });
});

describe('what is refused, and where', () => {
  test.each([
    ['', 'The condition is empty: leave it out, or give null, to send every event.'],
    [' \n', 'The condition is empty'],
    ['now() > timestamp(event.createdAt)', 'There is no current time'],
    ['doc.flags >> 2 == 1', 'CEL has no shifts and no bitwise operators'],
    ['doc.flags << 2 == 1', 'CEL has no shifts and no bitwise operators'],
    ['doc.flags & 2 == 1', 'CEL has no shifts and no bitwise operators: write && for and'],
    ['doc.a ** 2 == 4', 'There is no power'],
    [
      'doc.a == 1 && doc.big > 9223372036854775808',
      '9223372036854775808 is outside of the range of int, at line 1, column 25',
    ],
    ['doc.big < -9223372036854775809', 'outside of the range of int'],
    ['doc.big > 18446744073709551616u', 'Invalid integer: 18446744073709551616'],
    ['doc.status =', 'line 1, column 12'],
    ['true && .5 + "a" == "b"', 'line 1, column 9'],
    ['doc.status == "Paid', 'line 1, column 15'],
    ['doc.a == 1 &&\n  docs.b == 2', 'Unknown variable: docs at line 2, column 3'],
    ['event.documentTyp == "x"', 'documentTyp at line 1, column 7'],
    ['user.email == "x"', 'email at line 1, column 6'],
    ['doc.items.sum() > 3', 'line 1, column 1'],
    ['import("fs")', 'line 1, column 1'],
    ['size(doc.items)', 'gives int, not bool'],
    ['"Paid"', 'gives string, not bool'],
    ['doc.name.matches("^INV")', 'matches is not available, at line 1, column 1: use contains, startsWith'],
    ['doc.items.all(i, true ? i.name.matches("a") : true)', 'matches is not available'],
  ])('%s', (condition, expected) => {
    expect(conditionFault(condition)).toContain(expected);
  });

  test('one that nests too deeply', () => {
    expect(conditionFault(`${'('.repeat(1_000)}true${')'.repeat(1_000)}`)).toContain('maxDepth');
  });
});

describe('a hostile condition', () => {
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const run = (condition: string, document: unknown) => {
    const compiled = compileCondition(condition);
    if ('message' in compiled) throw new Error(compiled.message);
    return (): Decision => compiled.decide(subjectFor(document));
  };

  test('that loops is stopped, harms none of fifty good ones, and lets the process go on', async () => {
    const loop = run('doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))', { list: numbers });
    const good = run('doc.grand_total > 40000', { grand_total: 50_000 });
    const runs = Array.from({ length: 51 }, (_, index) => (index === 25 ? loop : good));
    const { results, turns } = await within(runs);
    expect(results[25]).toEqual({ late: true });
    results.splice(25, 1);
    expect(results).toEqual(Array.from({ length: 50 }, () => ({ holds: true })));
    expect(turns).toBeGreaterThan(1);
  });

  test('is hostile to itself alone: where single documents are too long for it, the others are decided', async () => {
    const condition = 'doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))';
    const [long, short] = [run(condition, { list: numbers }), run(condition, { list: [1] })];
    const runs = Array.from({ length: 50 }, (_, index) => (index === 10 || index === 20 ? long : short));
    const { results } = await within(runs, () => 'one webhook');
    expect([results[10], results[20]]).toEqual([{ late: true }, { late: true }]);
    expect(results.filter((result) => 'holds' in result && result.holds)).toHaveLength(48);
  });

  test.each([
    ['doubles a text', doubling('"0123456789"', 60)],
    ['doubles a list', doubling('[1, 2, 3, 4]', 60)],
    ['doubles bytes', doubling('b"0123456789"', 60)],
    ['joins a long text often', 'doc.list.map(a, doc.text).join(doc.text).size() > 0'],
    ['looks for the place of a long text', 'doc.text.indexOf(doc.half + "b" + doc.half) > 0'],
    ['looks for the last place of a long text', 'doc.text.lastIndexOf(doc.half + "b") > 0'],
    ['looks for a text that nearly matches everywhere', 'doc.text.contains(doc.half + "b" + doc.half)'],
    ['splits by a text that nearly matches everywhere', 'doc.text.split(doc.half + "b").size() > 1'],
  ])('that %s is stopped before it does, without the time limit', (_, condition) => {
    const half = 'a'.repeat(100_000);
    const document = { list: numbers, text: half + half, half };
    expect(endsByItself(() => decide(condition, document))).toContain('The condition was stopped: it ');
  });

  test('with a pattern that a backtracking engine needs an hour for is refused when it is saved', () => {
    expect(conditionFault(`"${'a'.repeat(40)}X".matches("^(a+)+$")`)).toContain('matches is not available');
  });

  test('over a document of a megabyte, or one that is a hundred deep, decides or says why not', async () => {
    const wide = { rows: Array.from({ length: 20_000 }, (_, index) => ({ name: `row ${index}`, qty: index })) };
    const { results } = await within([run('size(doc.rows) == 20000', wide)]);
    expect([{ holds: true }, { late: true }]).toContainEqual(results[0]);
    const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`;
    expect(decide('has(doc.a.a.a)', deep)).toBe(true);
    expect(decide('doc == doc && doc.a != doc', deep)).toBe(true);
    expect(typeof decide('doc.a == 1', `${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toBe('string');
  });
});

/** An expression that adds a value to itself again and again. */
function doubling(value: string, times: number): string {
  const open = Array.from(
    { length: times },
    (_, n) => `cel.bind(v${n}, ${n === 0 ? value : `v${n - 1} + v${n - 1}`}, `,
  );
  return `${open.join('')}size(v${times - 1}) > 0${')'.repeat(times)}`;
}
