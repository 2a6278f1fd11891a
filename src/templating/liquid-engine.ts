import { AssignTag, type Context, type Emitter, Liquid, toValueSync } from 'liquidjs';
import { ExactNumber, FILTERS, type FilterHandler, jsonOf, OPERATORS, TemplateFault } from './liquid-filters';

/** The use of a template, which determines how outputs are escaped and how long the result may be. */
export type TemplateUse = 'URL' | 'HEADER' | 'JSON';

/** The maximum length of a result in characters; of a body also in bytes of UTF-8. */
export const MAX_RENDERED = { URL: 2_048, HEADER: 4_096, JSON: 256 * 1024 };

/** The maximum length of a template in characters. */
export const MAX_TEMPLATE = { URL: 2_048, HEADER: 4_096, JSON: 64 * 1024 };

// The maximum number of characters and list elements that the filters of a rendering may create.
const MAX_MADE = 4 * 1024 * 1024;

// Without capture, whose memory is not counted; include, render and layout, which read files; echo, cycle and tablerow,
// whose output is not escaped.
export const TAG_NAMES = ['#', 'assign', 'break', 'case', 'comment', 'continue', 'for', 'if', 'raw', 'unless'];

/** Marks an empty output in a URL. No output contains it, because all outputs are percent-encoded. */
export const EMPTY_OUTPUT = '\u0001';

const ESCAPES: Record<TemplateUse, (value: unknown) => string> = {
  URL(value) {
    if (value === null || value === undefined) throw new TemplateFault('is null: give it a value, as with default');
    return encodeURIComponent(printed(value)) || EMPTY_OUTPUT;
  },
  HEADER: printed,
  JSON: (value) => (typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : printed(value)),
};

// The output of these filters is already escaped.
const COMPLETE: Record<TemplateUse, Record<string, FilterHandler>> = {
  URL: { url_encode: (value: unknown) => ESCAPES.URL(value) },
  HEADER: {},
  JSON: { json: jsonOf },
};

// the default of liquidjs makes a missing variable null, which hides the mistake
class StrictAssign extends AssignTag {
  override *render(context: Context) {
    // private in the types of liquidjs
    const { key, value } = this as unknown as { key: string; value: { value(c: Context, l: boolean): unknown } };
    (context.bottom() as Record<string, unknown>)[key] = yield value.value(context, false);
  }
}

export const ENGINES: Record<TemplateUse, Liquid> = {
  URL: createEngine('URL'),
  HEADER: createEngine('HEADER'),
  JSON: createEngine('JSON'),
};

/** What outputs write, where a template is tried without a document. */
interface Trial {
  /** An output that is no count. */
  output: string;
  /** An output with the filter json. */
  complete: string;
  limitMs: number;
}

/** @param trial null: outputs write the values of the document */
export function createEngine(use: TemplateUse, trial: Trial | null = null): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    strictVariables: true,
    // a missing variable is allowed in if and unless, and before the filter default
    lenientIf: true,
    ownPropertyOnly: trial === null,
    ...(trial && { renderLimit: trial.limitMs }),
    parseLimit: MAX_TEMPLATE[use],
    memoryLimit: MAX_MADE,
    operators: OPERATORS,
    outputEscape: trial ? (value) => (typeof value === 'number' ? String(value) : trial.output) : ESCAPES[use],
    // otherwise dates depend on the time zone of the machine
    timezoneOffset: 0,
    locale: 'en-US',
  });
  for (const name of Object.keys(engine.tags)) if (!TAG_NAMES.includes(name)) delete engine.tags[name];
  engine.registerTag('assign', StrictAssign);
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  for (const [name, handler] of Object.entries(FILTERS)) engine.registerFilter(name, handler);
  for (const [name, complete] of Object.entries(COMPLETE[use])) {
    engine.registerFilter(name, { handler: trial ? () => trial.complete : complete, raw: true });
  }
  return engine;
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object' || value instanceof ExactNumber) return String(value);
  throw new TemplateFault(`is ${Array.isArray(value) ? 'a list' : 'an object'}: use the filter json or join`);
}

/** Renders, and stops as soon as the result is too long. @throws the errors of the template */
export function renderWith(use: TemplateUse, templates: ReturnType<Liquid['parse']>, context: Context): string {
  const most = MAX_RENDERED[use];
  const emitter: Emitter = {
    buffer: '',
    write(text: unknown) {
      this.buffer += String(text);
      if (this.buffer.length > most) throw new TemplateFault(`makes more than ${most} characters`);
    },
  };
  toValueSync(ENGINES[use].renderer.renderTemplates(templates, context, emitter));
  return emitter.buffer;
}
