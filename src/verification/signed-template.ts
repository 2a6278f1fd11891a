// What an HMAC is made over, as an agreement writes it: "{timestamp}.{body}".
import type { SignedContent } from './proofs';

const NAMES = ['body', 'timestamp', 'id', 'url', 'method'] as const;
type Name = (typeof NAMES)[number];

const PLACE = /(\{\w*\})/;

/** Which of a call's values are signed. */
export function usesOf(template: string): ReadonlySet<Name> {
  return new Set(NAMES.filter((name) => template.includes(`{${name}}`)));
}

export function contentOf(template: string, values: Readonly<Record<Name, string | Buffer>>): SignedContent {
  return template.split(PLACE).map((piece) => {
    const name = NAMES.find((each) => piece === `{${each}}`);
    return name === undefined ? piece : values[name];
  });
}

/** What stands between a value and the others next to it: one that contains it could be taken apart in another place. */
export function separatorsOf(template: string, name: Name): string[] {
  const pieces = template.split(PLACE);
  const places = pieces.flatMap((piece, at) => (piece === `{${name}}` ? [at - 1, at + 1] : []));
  // the first and the last piece stand at an end, with nothing beyond them
  const between = places.filter((at) => at > 0 && at < pieces.length - 1);
  return between.map((at) => pieces[at] ?? '').filter((piece) => piece !== '');
}
