import type { SendResult } from './send';

/** Shorter ones would be found in words that have nothing to do with them. */
const SHORTEST = 6;
const MASK = '[secret]';

/** Takes secrets out of what is kept of an answer: some partners, and every debugging service, send back what they got. */
export function maskAnswer(result: SendResult, secrets: readonly string[]): SendResult {
  const forms = secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf);
  const { responseBody, responseHeaders } = result;
  return {
    ...result,
    responseBody: responseBody && maskBytes(responseBody, forms),
    responseHeaders: responseHeaders?.map(([name, value]) => [name, maskText(value, forms)]) ?? null,
  };
}

// As it was sent, and as JSON would write it. Bytes are looked at as Latin-1, which keeps each of them.
function formsOf(secret: string): string[] {
  const utf8 = Buffer.from(secret).toString('latin1');
  const json = Buffer.from(JSON.stringify(secret).slice(1, -1)).toString('latin1');
  return [...new Set([secret, utf8, json])];
}

function maskBytes(bytes: Buffer, forms: readonly string[]): Buffer {
  const text = bytes.toString('latin1');
  const masked = maskText(text, forms);
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
}

function maskText(text: string, forms: readonly string[]): string {
  return forms.reduce((masked, form) => masked.replaceAll(form, MASK), text);
}
