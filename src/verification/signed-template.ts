// The template of a signed text, such as "{timestamp}.{body}".
import type { SignedContent } from './compare-secrets';

const NAMES = ['body', 'timestamp', 'id', 'url', 'method'] as const;
type Name = (typeof NAMES)[number];

const PLACE = /(\{\w*\})/;

/** The values of a call that are signed. */
export function usesOf(template: string): ReadonlySet<Name> {
  return new Set(NAMES.filter((name) => template.includes(`{${name}}`)));
}

export function contentOf(template: string, values: Readonly<Record<Name, string | Buffer>>): SignedContent {
  return template.split(PLACE).map((piece) => {
    const name = NAMES.find((each) => piece === `{${each}}`);
    return name === undefined ? piece : values[name];
  });
}

/** The separators next to a value. A value that contains one could be split in another place. */
export function separatorsOf(template: string, name: Name): string[] {
  const pieces = template.split(PLACE);
  const places = pieces.flatMap((piece, at) => (piece === `{${name}}` ? [at - 1, at + 1] : []));
  // the first and the last piece have no other value beyond them
  const between = places.filter((at) => at > 0 && at < pieces.length - 1);
  return between.map((at) => pieces[at] ?? '').filter((piece) => piece !== '');
}
