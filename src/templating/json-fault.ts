import { inspectJson } from '../json/json-inspect';

/** Where a text is no JSON, and what stands there, or null. */
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
