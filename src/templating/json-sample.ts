// Whether a template of a JSON body is no JSON, judged without a document: it is rendered with a value for each output.
import { Context, type Liquid, toValueSync } from 'liquidjs';
import { createEngine } from './liquid-engine';
import { jsonFault } from './text-position';

/** A template is not judged if it takes longer. */
const LIMIT_MS = 10;

const TEXTS = createEngine('JSON', { output: 'x', complete: '"x"', limitMs: LIMIT_MS });
const NUMBERS = createEngine('JSON', { output: '1', complete: '1', limitMs: LIMIT_MS });

/**
 * Of the branches of `if`, only those are judged that a document with all keys takes; a loop has one round.
 * @returns a sentence; null: it is JSON for texts and for numbers, or cannot be judged
 */
export function jsonWarning(template: string): string | null {
  const withTexts = faultWith(TEXTS, template);
  if (withTexts === null) return null;
  const place = `at ${/line \d+, column \d+/.exec(withTexts)?.[0] ?? 'its end'} of the output`;
  return faultWith(NUMBERS, template) === null
    ? `If a value is a text, the body is no JSON ${place}: write a complete value with the filter json, without quotation marks around it.`
    : `The body is no JSON ${place}: correct the text between the outputs.`;
}

function faultWith(engine: Liquid, template: string): string | null {
  try {
    const context = new Context(
      { doc: ANY, event: ANY, user: ANY },
      engine.options,
      { sync: true },
      { liquid: engine },
    );
    return jsonFault(String(toValueSync(engine.renderer.renderTemplates(engine.parse(template), context))));
  } catch {
    // such as arithmetic, which needs numbers
    return null;
  }
}

/** Has every key, is a list of one element, and is `x` as a text. */
const ANY: object = new Proxy(Object.create(null), {
  get(_target, key) {
    // liquidjs takes what has next() for a generator, and then() for a promise
    if (key === Symbol.iterator) return () => [ANY][Symbol.iterator]();
    if (key === Symbol.toPrimitive || key === 'toString' || key === 'valueOf') return () => 'x';
    if (key === 'length' || key === 'size') return 1;
    return typeof key === 'symbol' || key === 'then' || key === 'next' ? undefined : ANY;
  },
  has: () => true,
  getOwnPropertyDescriptor: (_target, key) => ({ value: key, configurable: true, enumerable: true }),
});
