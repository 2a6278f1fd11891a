import { type Context, defaultOperators, filters, type Operators } from 'liquidjs';
import { ExactNumber } from './exact-number';
import { type FilterHandler, jsonOf } from './liquid-json';
import { TemplateFault } from './template-fault';

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
