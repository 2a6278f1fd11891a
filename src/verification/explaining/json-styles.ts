// The styles in which programming languages write JSON by default.
import type { JsonNode } from './json-tree';

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
export function stylesFor(tree: JsonNode): JsonStyle[] {
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
export function sorted(node: JsonNode): JsonNode {
  if (node.kind === 'LIST') return { ...node, items: node.items.map(sorted) };
  if (node.kind !== 'OBJECT') return node;
  const members = node.members.map(([key, value]) => [key, sorted(value)] as const);
  return { ...node, members: members.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)) };
}
