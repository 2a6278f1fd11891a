import { AssignTag, type Context, type Emitter, Liquid, toValueSync } from 'liquidjs';
import { ExactNumber } from './exact-number';
import { FILTERS, OPERATORS } from './liquid-filters';
import { type FilterHandler, jsonOf } from './liquid-json';
import { TemplateFault } from './template-fault';

/** What a template makes, which decides how outputs are escaped and how long the whole may be. */
export type TemplateUse = 'URL' | 'HEADER' | 'JSON';

/** In characters; of a body, in bytes of UTF-8 as well. */
export const MAX_RENDERED = { URL: 2_048, HEADER: 4_096, JSON: 256 * 1024 };

/** Characters of a template. */
export const MAX_TEMPLATE = { URL: 2_048, HEADER: 4_096, JSON: 64 * 1024 };

// Characters and list elements that a rendering may make on its way, counted by the filters.
const MAX_MADE = 4 * 1024 * 1024;

// No capture, whose memory nobody counts; no include, render, layout, which read files; no echo, cycle, tablerow,
// whose output is not escaped.
export const TAG_NAMES = ['#', 'assign', 'break', 'case', 'comment', 'continue', 'for', 'if', 'raw', 'unless'];

/** Marks, in a URL, where an output was empty. No output contains it: all of them are percent-encoded. */
export const EMPTY_OUTPUT = '\u0001';

const ESCAPES: Record<TemplateUse, (value: unknown) => string> = {
  URL(value) {
    if (value === null || value === undefined) throw new TemplateFault('is null: give it a value, as with default');
    return encodeURIComponent(printed(value)) || EMPTY_OUTPUT;
  },
  HEADER: printed,
  JSON: (value) => (typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : printed(value)),
};

// They give what is complete already: a second escaping would spoil it.
const COMPLETE: Record<TemplateUse, Record<string, FilterHandler>> = {
  URL: { url_encode: (value: unknown) => ESCAPES.URL(value) },
  HEADER: {},
  JSON: { json: jsonOf },
};

// liquidjs's own leaves a missing variable null here, and the mistake shows up far away
class StrictAssign extends AssignTag {
  override *render(context: Context) {
    const { key, value } = this as unknown as { key: string; value: { value(c: Context, l: boolean): unknown } };
    (context.bottom() as Record<string, unknown>)[key] = yield value.value(context, false);
  }
}

export const ENGINES: Record<TemplateUse, Liquid> = {
  URL: createEngine('URL'),
  HEADER: createEngine('HEADER'),
  JSON: createEngine('JSON'),
};

function createEngine(use: TemplateUse): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    strictVariables: true,
    // a missing variable is no error where it is asked for: in if, unless, and before default
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: MAX_TEMPLATE[use],
    memoryLimit: MAX_MADE,
    operators: OPERATORS,
    outputEscape: ESCAPES[use],
    // else dates depend on the machine
    timezoneOffset: 0,
    locale: 'en-US',
  });
  for (const name of Object.keys(engine.tags)) if (!TAG_NAMES.includes(name)) delete engine.tags[name];
  engine.registerTag('assign', StrictAssign);
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name);
  for (const [name, handler] of Object.entries(FILTERS)) engine.registerFilter(name, handler);
  for (const [name, handler] of Object.entries(COMPLETE[use])) engine.registerFilter(name, { handler, raw: true });
  return engine;
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object' || value instanceof ExactNumber) return String(value);
  throw new TemplateFault(`is ${Array.isArray(value) ? 'a list' : 'an object'}: use the filter json or join`);
}

/** Renders, and stops as soon as it is too long. @throws what the template throws */
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
