import { type Context, Drop, defaultOperators, type FilterImplOptions, filters, type Operators } from 'liquidjs';
import type { SourcedJson } from '../json/json-sourced';

/** Thrown by a template. The message continues a sentence after the text that failed, and must not quote a value. */
export class TemplateFault extends Error {}

/**
 * A number of a document that a double prints differently, such as 100.00. It computes as a double and prints as
 * written.
 */
export class ExactNumber extends Drop {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override valueOf(): number {
    return Number(this.#text);
  }

  override toString(): string {
    return this.#text;
  }
}

/** Reads the numbers of one document. Equal texts give the same object, so that `uniq` recognises equal numbers. */
export function createExactNumbers(): (text: string) => number | ExactNumber {
  const known = new Map<string, ExactNumber>();
  return (text) => {
    const number = Number(text);
    if (String(number) === text) return number;
    const exact = known.get(text) ?? new ExactNumber(text);
    known.set(text, exact);
    return exact;
  };
}

/** A filter, called with its input and its arguments. */
export type FilterHandler = Extract<FilterImplOptions, (...values: never[]) => unknown>;

/** The document for which a template is rendered. Set before rendering. */
export const documentOf = new WeakMap<Context, SourcedJson>();

/**
 * The filter `json`: the exact text of a part of the document. Values that filters created are written from their
 * parts.
 */
export const jsonOf: FilterHandler = function (value: unknown) {
  return write(this.context, value);
};

function write(context: Context, value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
    return counted(context, scalar(value));
  const source = documentOf.get(context)?.sourceOf(value);
  if (source !== undefined) return counted(context, source);
  if (Array.isArray(value)) return `[${value.map((element) => write(context, element)).join(',')}]`;
  const members = Object.entries(value).map(([key, member]) => `${scalar(key)}:${write(context, member)}`);
  return `{${members.join(',')}}`;
}

function scalar(value: unknown): string {
  if (value instanceof ExactNumber) return value.toString();
  return JSON.stringify(value) ?? 'null';
}

function counted(context: Context, text: string): string {
  context.memoryLimit.use(text.length + 1);
  return text;
}

// Without filters that read code from data (where_exp ...), that are random (sample), or that bypass the escaping
// (raw).
const AS_THEY_ARE = `abs at_least at_most ceil compact date date_to_rfc822 date_to_xmlschema divided_by find find_index
  first floor group_by has join last map minus modulo plus reject reverse round size sort sort_natural sum times uniq
  where`.split(/\s+/);

const OF_TEXTS = `append base64_decode base64_encode capitalize downcase escape escape_once lstrip newline_to_br
  normalize_whitespace prepend rstrip sha256 slice slugify squish strip strip_html strip_newlines truncate truncatewords
  unescape upcase url_decode url_encode`.split(/\s+/);

// These search one text in another, in a step that cannot be stopped and takes up to the product of both lengths.
const SEARCHING = ['split', 'replace', 'replace_first', 'replace_last', 'remove', 'remove_first', 'remove_last'];
const MAX_COMPARISONS = 20_000_000;

const liquidFilter = (name: string) => (filters as Record<string, unknown>)[name] as FilterHandler;

/** All filters of templates. */
export const FILTERS: Readonly<Record<string, FilterHandler>> = {
  ...Object.fromEntries(AS_THEY_ARE.map((name) => [name, liquidFilter(name)])),
  ...Object.fromEntries(OF_TEXTS.map((name) => [name, ofTexts(liquidFilter(name))])),
  ...Object.fromEntries(SEARCHING.map((name) => [name, searching(ofTexts(liquidFilter(name)))])),
  // the default of liquidjs counts only elements, so that a list of a few long texts could print gigabytes
  concat(left: unknown, right: unknown) {
    this.context.memoryLimit.use(weightOf(left) + weightOf(right));
    return liquidFilter('concat').call(this, left, right);
  },
  // the default of liquidjs turns 100.00 into 100
  default(value: unknown, otherwise: unknown, ...options: unknown[]) {
    return value instanceof ExactNumber ? value : liquidFilter('default').call(this, value, otherwise, ...options);
  },
  json: jsonOf,
};

export const OPERATORS: Operators = {
  ...defaultOperators,
  contains(left: unknown, right: unknown, context: Context) {
    if (typeof left === 'string') allowSearch(left, right);
    return defaultOperators.contains?.(left, right, context) as boolean;
  },
};

// Converts a value to the text as which it was written.
function ofTexts(handler: FilterHandler): FilterHandler {
  return function (...values: unknown[]) {
    const [value, ...rest] = values.map((each) => (each instanceof ExactNumber ? each.toString() : each));
    return handler.call(this, value, ...rest);
  };
}

function searching(handler: FilterHandler): FilterHandler {
  return function (value: unknown, wanted: unknown, ...rest: unknown[]) {
    allowSearch(value, wanted);
    return handler.call(this, value, wanted, ...rest);
  };
}

function allowSearch(text: unknown, wanted: unknown): void {
  if (isContainer(text) || isContainer(wanted)) throw new TemplateFault('looks for text in a list or an object');
  if (String(text).length * String(wanted).length <= MAX_COMPARISONS) return;
  throw new TemplateFault('looks for too long a text in a long text');
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

/** The approximate number of characters of the output. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((total: number, each) => total + weightOf(each), 1);
}
