// Credentials that a partner returns are not stored.

import { SECRET_VALUE } from '../../values/text';
import type { SendResult } from '../http/send';

/** Shorter secrets would match unrelated text. */
const MIN_LENGTH = 6;

/** Removes secrets from a response before it is stored: some partners, and debugging services, return what they received. */
export function redactSecrets(result: SendResult, secrets: readonly string[]): SendResult {
  const forms = secrets.filter((secret) => secret.length >= MIN_LENGTH).flatMap(formsOf);
  const { responseBody, responseHeaders } = result;
  return {
    ...result,
    responseBody: responseBody && redactBytes(responseBody, forms, result.responseTruncated),
    responseHeaders: responseHeaders?.map(([name, value]) => [name, redactText(value, forms)]) ?? null,
  };
}

// The secret as sent, and as encoded in JSON, URLs and forms. Bytes are compared as Latin-1, which preserves each byte.
function formsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const json = JSON.stringify(wellFormed).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const php = ascii.replaceAll('/', '\\/');
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  const texts = [secret, json, ascii, php, form, form.replaceAll('+', '%20'), encodeURIComponent(wellFormed)];
  return [...new Set([secret, ...texts.map((text) => Buffer.from(text).toString('latin1'))])];
}

function redactBytes(bytes: Buffer, forms: readonly string[], isCut: boolean): Buffer {
  const text = bytes.toString('latin1');
  const whole = redactText(text, forms);
  const redacted = isCut ? redactEnd(whole, forms) : whole;
  return redacted === text ? bytes : Buffer.from(redacted, 'latin1');
}

// A truncated body may end in the middle of a secret.
function redactEnd(text: string, forms: readonly string[]): string {
  const lengths = forms.map((form) => {
    for (let length = form.length - 1; length >= MIN_LENGTH; length -= 1)
      if (text.endsWith(form.slice(0, length))) return length;
    return 0;
  });
  const longest = Math.max(0, ...lengths);
  return longest === 0 ? text : text.slice(0, -longest) + SECRET_VALUE;
}

function redactText(text: string, forms: readonly string[]): string {
  return forms.reduce((redacted, form) => redacted.replaceAll(form, SECRET_VALUE), text);
}
