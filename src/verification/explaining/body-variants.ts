import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { readJsonText } from '../../json/json-text';

/** A part of a call or of the settings in another form. */
export interface Variant<Value> {
  /** The change, as the rest of the sentence "The signature is right ...". */
  readonly change: string;
  readonly value: Value;
}

const BOM = Buffer.from('\ufeff');
const MAX_UNPACKED_BYTES = 4 * 1024 * 1024;

/**
 * The forms that the body may have had when it was signed, more likely ones first, without repetitions and the body
 * itself.
 */
export function* bodyVariants(body: Buffer): Generator<Variant<Buffer>> {
  const seen = new Set([keyOf(body)]);
  for (const variant of allVariants(body)) {
    const key = keyOf(variant.value);
    if (seen.has(key)) continue;
    seen.add(key);
    yield variant;
  }
}

function* allVariants(body: Buffer): Generator<Variant<Buffer>> {
  yield* endVariants(body);
  yield* lineVariants(body);
  yield* charsetVariants(body);
  yield* packedVariants(body);
  yield* formVariants(body);
  yield { change: 'with an empty body', value: Buffer.alloc(0) };
  yield* jsonVariants(body);
  yield {
    change: 'after the body was written as one JSON string',
    value: Buffer.from(JSON.stringify(body.toString())),
  };
}

function* endVariants(body: Buffer): Generator<Variant<Buffer>> {
  const [start, end] = contentOf(body);
  yield {
    change: 'after a line feed was added at the end of the body',
    value: Buffer.concat([body, Buffer.from('\n')]),
  };
  if (body.at(-1) === 0x0a) {
    const breakBytes = body.at(-2) === 0x0d ? 2 : 1;
    yield { change: 'after the line break at the end of the body was removed', value: body.subarray(0, -breakBytes) };
  }
  yield {
    change: 'after a carriage return and line feed were added at the end of the body',
    value: Buffer.concat([body, Buffer.from('\r\n')]),
  };
  yield { change: 'after the white space at the end of the body was removed', value: body.subarray(0, end) };
  yield { change: 'after the white space around the body was removed', value: body.subarray(start, end) };
}

function contentOf(body: Buffer): [start: number, end: number] {
  const isSpace = (at: number) => ' \t\r\n'.includes(String.fromCharCode(body.readUInt8(at)));
  let [start, end] = [0, body.length];
  while (start < end && isSpace(start)) start++;
  while (start < end && isSpace(end - 1)) end--;
  return [start, end];
}

function* lineVariants(body: Buffer): Generator<Variant<Buffer>> {
  const text = body.toString('latin1');
  const bytes = (changed: string) => Buffer.from(changed, 'latin1');
  yield { change: 'after each CRLF became LF', value: bytes(text.replaceAll('\r\n', '\n')) };
  yield { change: 'after each LF became CRLF', value: bytes(text.replace(/\r?\n/g, '\r\n')) };
}

function* charsetVariants(body: Buffer): Generator<Variant<Buffer>> {
  const hasBom = body.subarray(0, BOM.length).equals(BOM);
  if (hasBom) yield { change: 'after the byte order mark at its start was removed', value: body.subarray(BOM.length) };
  else yield { change: 'after a byte order mark was added at its start', value: Buffer.concat([BOM, body]) };
  const text = body.toString('utf8');
  yield { change: 'after it was read as Latin-1 and written as UTF-8', value: Buffer.from(body.toString('latin1')) };
  if (!/[\u0100-\uffff]/.test(text))
    yield { change: 'after it was written in Latin-1', value: Buffer.from(text, 'latin1') };
  yield { change: 'after bytes that are not UTF-8 were replaced', value: Buffer.from(text) };
  yield { change: 'after its letters were composed (Unicode NFC)', value: Buffer.from(text.normalize('NFC')) };
  yield { change: 'after its letters were decomposed (Unicode NFD)', value: Buffer.from(text.normalize('NFD')) };
}

function* packedVariants(body: Buffer): Generator<Variant<Buffer>> {
  for (const unpack of [gunzipSync, inflateSync]) {
    try {
      const value = unpack(body, { maxOutputLength: MAX_UNPACKED_BYTES });
      yield { change: 'after it was decompressed, although it has no content encoding', value };
    } catch {
      // the body is not compressed with this method
    }
  }
  yield { change: 'after it was compressed with gzip', value: gzipSync(body) };
}

function* formVariants(body: Buffer): Generator<Variant<Buffer>> {
  const text = body.toString('latin1');
  if (!/^[\x21-\x7e]+$/.test(text) || !text.includes('=')) return;
  const form = new URLSearchParams(text);
  yield { change: 'after its form was encoded again', value: Buffer.from(form.toString()) };
  yield {
    change: 'after its form was encoded again with %20 for spaces',
    value: Buffer.from(form.toString().replaceAll('+', '%20')),
  };
  form.sort();
  yield { change: 'after its form was encoded again with its fields sorted', value: Buffer.from(form.toString()) };
}

function keyOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64');
}

/** Larger bodies have no JSON variants, which would take too long. */
const MAX_JSON_BYTES = 256 * 1024;
const MAX_WRITTEN = 8 * 1024 * 1024;

/** A JSON body as other programs would write it; nothing if it is not JSON. */
export function* jsonVariants(body: Buffer): Generator<Variant<Buffer>> {
  if (body.length > MAX_JSON_BYTES) return;
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  const tree = readJsonTree(text);
  if (tree === null) return;
  let written = 0;
  for (const { change, value } of treesOf(tree, text)) {
    for (const style of stylesFor(value)) {
      const json = style.write(value);
      written += json.length;
      if (written > MAX_WRITTEN) return;
      const again = `after its JSON was written again ${style.name}${change}`;
      yield { change: again, value: Buffer.from(json) };
      yield { change: `${again}, with a line feed at its end`, value: Buffer.from(`${json}\n`) };
    }
  }
}

// The output of JavaScript differs if numbers are written as 1.0, keys are numbers, or a key is repeated.
function treesOf(tree: JsonNode, text: string): Variant<JsonNode>[] {
  const parsed = readJsonTree(JSON.stringify(JSON.parse(text))) ?? tree;
  const trees = [
    { change: '', value: tree },
    { change: ', with numbers and keys as JavaScript keeps them', value: parsed },
    { change: ', its keys sorted', value: sorted(tree) },
    { change: ', with numbers as JavaScript keeps them, its keys sorted', value: sorted(parsed) },
  ];
  const texts = trees.map(({ value }) => JSON.stringify(value));
  return trees.filter((_tree, at) => texts.indexOf(texts[at] as string) === at);
}

// The styles in which programming languages write JSON by default.

interface Layout {
  readonly name: string;
  readonly comma: string;
  readonly colon: string;
  readonly indent: string;
}

interface Escaping {
  readonly name: string;
  applyTo(json: string): string;
}

export interface JsonStyle {
  readonly name: string;
  write(node: JsonNode): string;
}

const LAYOUTS: readonly [Layout, ...Layout[]] = [
  { name: 'without spaces', comma: ',', colon: ':', indent: '' },
  { name: 'with a space after each comma and colon, as Python does', comma: ', ', colon: ': ', indent: '' },
  { name: 'indented by 2 spaces', comma: ',', colon: ': ', indent: '  ' },
  { name: 'indented by 4 spaces', comma: ',', colon: ': ', indent: '    ' },
];

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const withoutAscii = (json: string) => json.replace(/[\u007f-\uffff]/g, escaped);
const withSlashes = (json: string) => json.replaceAll('/', '\\/');

const ESCAPINGS: readonly [Escaping, ...Escaping[]] = [
  { name: '', applyTo: (json) => json },
  { name: 'letters outside ASCII as \\u escapes', applyTo: withoutAscii },
  { name: 'slashes escaped', applyTo: withSlashes },
  {
    name: 'letters outside ASCII as \\u escapes and slashes escaped',
    applyTo: (json) => withSlashes(withoutAscii(json)),
  },
  { name: '<, > and & as \\u escapes, as Go does', applyTo: (json) => json.replace(/[<>&\u2028\u2029]/g, escaped) },
];

/** Every layout with every way to escape that makes a difference, likelier ones first. */
function stylesFor(tree: JsonNode): JsonStyle[] {
  const plain = styleOf(LAYOUTS[0], ESCAPINGS[0]).write(tree);
  const escapings = ESCAPINGS.filter(({ name, applyTo }) => name === '' || applyTo(plain) !== plain);
  return escapings.flatMap((escaping) => LAYOUTS.map((layout) => styleOf(layout, escaping)));
}

function styleOf(layout: Layout, escaping: Escaping): JsonStyle {
  const name = [layout.name, escaping.name].filter((each) => each !== '').join(', ');
  return { name, write: (node) => writeNode(node, layout, escaping, '\n') };
}

function writeNode(node: JsonNode, layout: Layout, escaping: Escaping, line: string): string {
  const inner = line + layout.indent;
  const text = (value: string) => escaping.applyTo(JSON.stringify(value));
  if (node.kind === 'WORD') return node.text;
  if (node.kind === 'STRING') return text(node.value);
  if (node.kind === 'LIST') {
    const items = node.items.map((item) => writeNode(item, layout, escaping, inner));
    return enclose('[', items, ']', layout, line);
  }
  const members = node.members.map(
    ([key, value]) => text(key) + layout.colon + writeNode(value, layout, escaping, inner),
  );
  return enclose('{', members, '}', layout, line);
}

function enclose(
  open: string,
  parts: readonly string[],
  close: string,
  { comma, indent }: Layout,
  line: string,
): string {
  if (parts.length === 0 || indent === '') return open + parts.join(comma) + close;
  const inner = line + indent;
  return open + inner + parts.join(comma + inner) + line + close;
}

/** The same JSON with sorted keys in every object. */
function sorted(node: JsonNode): JsonNode {
  if (node.kind === 'LIST') return { ...node, items: node.items.map(sorted) };
  if (node.kind !== 'OBJECT') return node;
  const members = node.members.map(([key, value]) => [key, sorted(value)] as const);
  return { ...node, members: members.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)) };
}

// A JSON text as a tree that preserves numbers, the order of keys and repeated keys, to write it in another style.

type JsonNode =
  /** A number, true, false or null, as it was written. */
  | { readonly kind: 'WORD'; readonly text: string }
  | { readonly kind: 'STRING'; readonly value: string }
  | { readonly kind: 'LIST'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'OBJECT'; readonly members: readonly (readonly [key: string, value: JsonNode])[] };

const TOKEN = /[{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g;
const MAX_LEVELS = 100;

/** null: the text is not JSON, or nested too deeply. */
function readJsonTree(text: string): JsonNode | null {
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
