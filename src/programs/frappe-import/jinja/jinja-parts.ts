// A Jinja template as text and parts in braces. https://jinja.palletsprojects.com/en/stable/templates/
import { NotCarried } from '../reading/read-export';

export interface JinjaPart {
  kind: 'text' | 'output' | 'statement' | 'comment';
  /** The position of its content, without braces. */
  start: number;
  end: number;
  /** `{{-` and `-}}`: the white space before and after it is dropped. */
  trimsBefore: boolean;
  trimsBehind: boolean;
}

const KINDS = { '{{': 'output', '{%': 'statement', '{#': 'comment' } as const;
const CLOSINGS = { output: '}}', statement: '%}', comment: '#}' } as const;
const RAW = /^\s*raw\s*$/;
const END_RAW = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

/** @throws NotCarried for braces that are never closed */
export function partsOf(source: string): JinjaPart[] {
  const parts: JinjaPart[] = [];
  let at = 0;
  while (at < source.length) {
    const opening = nextOpening(source, at);
    if (opening > at) parts.push(textPart(at, opening));
    if (opening >= source.length) break;
    const part = bracedPart(source, opening);
    at = after(source, part);
    if (part.kind !== 'statement' || !RAW.test(source.slice(part.start, part.end))) parts.push(part);
    else at = pushRaw(source, part, at, parts);
  }
  return parts;
}

function textPart(start: number, end: number): JinjaPart {
  return { kind: 'text', start, end, trimsBefore: false, trimsBehind: false };
}

function nextOpening(source: string, from: number): number {
  for (let at = source.indexOf('{', from); at !== -1; at = source.indexOf('{', at + 1)) {
    if ('{%#'.includes(source[at + 1] ?? ' ')) return at;
  }
  return source.length;
}

function bracedPart(source: string, opening: number): JinjaPart {
  const kind = KINDS[source.slice(opening, opening + 2) as keyof typeof KINDS];
  const sign = source[opening + 2];
  const start = opening + (sign === '-' || (sign === '+' && kind === 'statement') ? 3 : 2);
  const closing = kind === 'comment' ? source.indexOf('#}', start) : closingOf(source, start, CLOSINGS[kind]);
  if (closing === -1) throw new NotCarried('is never closed', opening, opening + 2);
  const trimsBehind = closing > start && source[closing - 1] === '-';
  const end = trimsBehind || (source[closing - 1] === '+' && kind === 'statement') ? closing - 1 : closing;
  return { kind, start, end, trimsBefore: sign === '-', trimsBehind };
}

// Braces in quotes or brackets close nothing
function closingOf(source: string, start: number, closing: string): number {
  let open = 0;
  let quote = '';
  for (let at = start; at < source.length; at++) {
    const c = source[at] as string;
    if (quote !== '') {
      if (c === '\\') at += 1;
      else if (c === quote) quote = '';
    } else if (open === 0 && source.startsWith(closing, at)) return at;
    else if (c === '"' || c === "'") quote = c;
    else if ('([{'.includes(c)) open += 1;
    else if (')]}'.includes(c)) open -= 1;
  }
  return -1;
}

function after(source: string, part: JinjaPart): number {
  return part.end + (part.trimsBehind || source[part.end] === '+' ? 3 : 2);
}

// {% raw %} ... {% endraw %}: text, without the white space that its braces drop
function pushRaw(source: string, raw: JinjaPart, from: number, parts: JinjaPart[]): number {
  END_RAW.lastIndex = from;
  const found = END_RAW.exec(source);
  if (!found) throw new NotCarried('begins a raw block that has no end', raw.start, raw.end);
  let text = source.slice(from, found.index);
  const start = from + (raw.trimsBehind ? text.length - text.trimStart().length : 0);
  text = source.slice(start, found.index);
  const end = found[1] === '-' ? start + text.trimEnd().length : found.index;
  parts.push({ kind: 'text', start, end, trimsBefore: raw.trimsBefore, trimsBehind: found[2] === '-' });
  return found.index + found[0].length;
}
