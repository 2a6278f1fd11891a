import { inspectJson } from '../json/json-rules';

/** The position at which a text is not valid JSON, and the text there; null: it is valid. */
export function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return syntaxFault(text);
  }
}

function syntaxFault(text: string): string {
  try {
    inspectJson(text, 0);
    return 'The JSON cannot be read.';
  } catch (error) {
    return (error as Error).message;
  }
}
