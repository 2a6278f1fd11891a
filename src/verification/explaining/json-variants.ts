import { sorted, stylesFor } from './json-styles';
import { type JsonNode, readJsonTree } from './json-tree';
import type { Variant } from './variant';

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
