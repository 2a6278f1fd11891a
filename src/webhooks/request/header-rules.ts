import { MAX_HEADER_NAME_CHARACTERS } from '../setting-limits';

/**
 * Why the requests of a webhook cannot have this header, without the full stop; null: they can. Values are never
 * quoted, because they may be secrets.
 */
export function headerFault(name: string, value: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    return `${JSON.stringify(name.slice(0, 100))} is not a header name: letters, digits and hyphens are`;
  }
  if (name.length > MAX_HEADER_NAME_CHARACTERS) {
    const start = JSON.stringify(name.slice(0, 100));
    return `the name of the header that begins with ${start} has ${name.length} characters, and at most ${MAX_HEADER_NAME_CHARACTERS} are allowed`;
  }
  if (SET_BY_US.test(name)) return `the header ${name} is set by Hookledger and cannot be chosen`;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return `the value of the header ${name} contains a line break, a control character or one outside Latin-1`;
  }
  return null;
}

/** The same as a sentence. */
export function headerMessage(name: string, value: string): string | null {
  const fault = headerFault(name, value);
  return fault && `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`;
}

// The headers that frame the message, `host`, for which the certificate is checked, the signature, and
// what Hookledger says about itself.
const SET_BY_US =
  /^(host|connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|webhook-.*|hookledger-.*|x-frappe-webhook-signature)$/i;
