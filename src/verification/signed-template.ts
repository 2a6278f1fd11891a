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
