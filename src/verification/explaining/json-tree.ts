// A JSON text as a tree that preserves numbers, the order of keys and repeated keys, to write it in another style.
import { readJsonText } from '../../json/json-text';

export type JsonNode =
  /** A number, true, false or null, as it was written. */
  | { readonly kind: 'WORD'; readonly text: string }
  | { readonly kind: 'STRING'; readonly value: string }
  | { readonly kind: 'LIST'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'OBJECT'; readonly members: readonly (readonly [key: string, value: JsonNode])[] };

const TOKEN = /[{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g;
const MAX_LEVELS = 100;

/** null: the text is not JSON, or nested too deeply. */
export function readJsonTree(text: string): JsonNode | null {
  try {
    readJsonText(text);
    return readNode((text.match(TOKEN) ?? []).values(), MAX_LEVELS);
  } catch {
    return null;
  }
}

function readNode(tokens: Iterator<string>, levels: number, first = next(tokens)): JsonNode {
  if (levels === 0) throw new Error('too deep');
  if (first === '[') return { kind: 'LIST', items: readItems(tokens, levels - 1) };
  if (first === '{') return { kind: 'OBJECT', members: readMembers(tokens, levels - 1) };
  return first.startsWith('"') ? { kind: 'STRING', value: JSON.parse(first) } : { kind: 'WORD', text: first };
}

function readItems(tokens: Iterator<string>, levels: number): JsonNode[] {
  const items: JsonNode[] = [];
  for (let token = next(tokens); token !== ']'; token = next(tokens)) {
    items.push(readNode(tokens, levels, token === ',' ? next(tokens) : token));
  }
  return items;
}

function readMembers(tokens: Iterator<string>, levels: number): [string, JsonNode][] {
  const members: [string, JsonNode][] = [];
  for (let token = next(tokens); token !== '}'; token = next(tokens)) {
    const key = JSON.parse(token === ',' ? next(tokens) : token);
    next(tokens);
    members.push([key, readNode(tokens, levels)]);
  }
  return members;
}

function next(tokens: Iterator<string>): string {
  return tokens.next().value ?? '';
}
