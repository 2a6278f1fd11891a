/**
 * Why a webhook's requests cannot carry this header of its own, as the rest of a sentence; null: they can. Values are
 * never quoted: they are where the secrets are.
 */
export function headerFault(name: string, value: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    return `${JSON.stringify(name.slice(0, 100))} is not a header name: letters, digits and hyphens are`;
  }
  if (SET_BY_US.test(name)) return `the header ${name} is set by Hookledger and cannot be chosen`;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return `the value of the header ${name} contains a line break, a control character or one outside Latin-1`;
  }
  return null;
}

// What frames the message, what another `host` would have the certificate checked for, and the signature.
const SET_BY_US =
  /^(host|connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|webhook-.*|x-frappe-webhook-signature)$/i;
