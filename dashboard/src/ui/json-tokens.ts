// JSON with new indentation and nothing else: numbers, duplicate keys and the order of keys stay as they were sent. Values are never
// shown, which would change 90071992547409931234.

/** What a piece of text is, for its colour. */
export type TokenKind = 'key' | 'string' | 'number' | 'word' | 'mark';

export interface Token {
  kind: TokenKind;
  text: string;
}

export interface JsonLine {
  depth: number;
  tokens: readonly Token[];
}

const TOKEN =
  /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\]:,]/uy;
const SPACE = /[ \t\r\n]*/y;
/** Deeper text is shown as it came. */
const MAX_DEPTH = 200;

/** The lines of a JSON text; null: the text is no JSON, and is shown as it came. */
export function jsonLines(text: string): JsonLine[] | null {
  const tokens = isJson(text) ? tokensOf(text) : null;
  if (!tokens) return null;
  const lines: JsonLine[] = [];
  const open: string[] = [];
  let line: Token[] = [];
  const end = () => {
    if (line.length > 0) lines.push({ depth: Math.max(0, depth), tokens: line });
    line = [];
  };
  let depth = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const text = tokens[at] as string;
    const next = tokens[at + 1];
    if (text === '{' || text === '[') {
      line.push({ kind: 'mark', text });
      if (next === CLOSED_BY[text]) {
        // empty: stays on one line
        line.push({ kind: 'mark', text: next as string });
        at += 1;
        continue;
      }
      end();
      open.push(text);
      if (open.length > MAX_DEPTH) return null;
      depth = open.length;
    } else if (text === '}' || text === ']') {
      end();
      if (CLOSED_BY[open.pop() ?? ''] !== text) return null;
      depth = open.length;
      line.push({ kind: 'mark', text });
    } else if (text === ',') {
      line.push({ kind: 'mark', text });
      end();
    } else if (text === ':') {
      line.push({ kind: 'mark', text: ': ' });
    } else {
      line.push({ kind: kindOf(text, next), text });
    }
  }
  end();
  return open.length === 0 && lines.length > 0 ? lines : null;
}

const CLOSED_BY: Record<string, string> = { '{': '}', '[': ']' };

/** Only whether it is JSON: the values are not used. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  let at = 0;
  const skip = () => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  };
  for (skip(); at < text.length; skip()) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) return null;
    tokens.push(token);
    at += token.length;
  }
  return tokens;
}

function kindOf(text: string, next: string | undefined): TokenKind {
  if (text.startsWith('"')) return next === ':' ? 'key' : 'string';
  return /^[-\d]/.test(text) ? 'number' : 'word';
}
