import { isIP } from 'node:net';
import { EMPTY_OUTPUT } from '../../templating/liquid-engine';
import { compileTemplate, isTemplate, sampleOf, templateFault } from '../../templating/liquid-template';
import type { ProgramFault } from '../../templating/text-position';
import type { Subject } from '../../templating/variables';
import { MAX_URL_CHARACTERS } from '../setting-limits';
import { type AddressPolicy, allowsAddress, refusalOf } from './allowed-addresses';

/** Which URLs webhooks may be sent to: `ALLOW_HTTP_TARGETS`, `ALLOWED_TARGET_PORTS` and the networks. */
export interface TargetPolicy extends AddressPolicy {
  readonly allowHttp: boolean;
  /** Absent: every port. */
  readonly allowedPorts?: ReadonlySet<number> | null;
}

// No message quotes the URL: it may contain a password or a token, and users who may not see these can see errors.
const NOT_A_URL = 'This is not a URL: write it like https://hooks.example.com/path.';

/**
 * Null when webhooks may be sent to the URL, else a sentence that says what is wrong and how to correct it. Names are
 * not resolved here: the address of a name is checked when connecting, where it can no longer change.
 */
export function checkTargetUrl(url: string, policy: TargetPolicy): string | null {
  const target = readTargetUrl(url, policy);
  return typeof target === 'string' ? target : null;
}

/** The parsed URL, or the message of `checkTargetUrl`. */
export function readTargetUrl(url: string, policy: TargetPolicy): URL | string {
  const written = splitUrl(url);
  if (typeof written === 'string') return written;
  const fault = schemeFault(written.scheme, policy) ?? authorityFault(written.authority);
  if (fault !== null) return fault;
  const parsed = URL.parse(url);
  if (parsed === null)
    return 'The host or port of the URL is not valid: write it like https://hooks.example.com:8443/path.';
  return hostFault(written.host, parsed, policy) ?? portFault(parsed, policy) ?? parsed;
}

interface WrittenUrl {
  readonly scheme: string;
  readonly authority: string;
  readonly host: string;
}

// The WHATWG parser is too lenient here: it drops tabs and line breaks, reads \ as /, and does not require slashes.
function splitUrl(url: string): WrittenUrl | string {
  if (url.length > MAX_URL_CHARACTERS) {
    return `The URL is ${url.length} characters long: at most ${MAX_URL_CHARACTERS} are allowed.`;
  }
  if (/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(url)) {
    return 'The URL contains white space, a line break or an invisible character: remove it or percent-encode it.';
  }
  if (url.includes('\\')) return 'The URL contains a backslash: use / between its parts, or %5C for a backslash.';
  if (url.includes('#')) return 'The URL has a fragment (#...), which is never sent: remove it.';
  const [, scheme, authority] = /^([a-z][a-z0-9+.-]*):\/\/([^/?]*)/i.exec(url) ?? [];
  if (scheme === undefined || authority === undefined) return NOT_A_URL;
  return { scheme: scheme.toLowerCase(), authority, host: authority.replace(/:\d*$/, '').toLowerCase() };
}

function schemeFault(scheme: string, policy: TargetPolicy): string | null {
  if (scheme === 'https' || (scheme === 'http' && policy.allowHttp)) return null;
  if (scheme === 'http') {
    return (
      'Webhooks are not sent over unencrypted http: the URL must start with https://, unless ALLOW_HTTP_TARGETS ' +
      'is on.'
    );
  }
  const allowed = policy.allowHttp ? 'https:// or http://' : 'https://';
  return `Webhooks are only sent over HTTP: the URL must start with ${allowed}.`;
}

function authorityFault(authority: string): string | null {
  if (authority.includes('@')) {
    return 'The URL contains credentials (user:password@): remove them and send them as a header.';
  }
  if (authority === '' || authority.startsWith(':'))
    return 'The URL names no host: write it like https://hooks.example.com.';
  if (/:0+$/.test(authority)) return 'Port 0 cannot be called: name a port from 1 to 65535, or none.';
  return null;
}

// names in other scripts are stored, and so shown everywhere, as xn--...: a Cyrillic letter looks like a Latin one
const NOT_ASCII = /\P{ASCII}/u;

function hostFault(written: string, parsed: URL, policy: TargetPolicy): string | null {
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (host.endsWith('.')) return 'The host ends in a dot: write it without.';
  if (/^\.|\.\./.test(host))
    return 'The host has an empty part between two dots, or before the first: no such name exists.';
  if (isDisguised(written, host)) return `The host is written in an unusual way: write ${host}.`;
  if (NOT_ASCII.test(written))
    return `The host has letters that are not ASCII, of which some look like others: write it in ASCII, as ${host}.`;
  if (isIP(host) !== 0) return addressFault(host, policy);
  // If loopback is allowed, so is "localhost"; its address is still checked when connecting.
  if (/(^|\.)localhost$/.test(host) && !allowsAddress('127.0.0.1', policy)) {
    return (
      'localhost is the machine that Hookledger runs on: name a host that is reachable from the internet, unless ' +
      'ALLOWED_TARGET_NETWORKS names the loopback network, 127.0.0.0/8.'
    );
  }
  return null;
}

function addressFault(ip: string, policy: TargetPolicy): string | null {
  const refusal = refusalOf(ip, policy);
  return refusal && `${ip} is ${refusal.kind}: ${refusal.rule}.`;
}

function portFault({ protocol, port }: URL, { allowedPorts }: TargetPolicy): string | null {
  const called = Number(port || (protocol === 'https:' ? 443 : 80));
  if (!allowedPorts || allowedPorts.has(called)) return null;
  return `Port ${called} is not called: ALLOWED_TARGET_PORTS allows ${[...allowedPorts].join(', ')}.`;
}

/**
 * Decimal, octal, hex and short IPv4, full-width digits and percent-encoding hide the host that is called. They are
 * refused even when its address is public, so that a person who approves a URL sees where it leads.
 */
function isDisguised(written: string, host: string): boolean {
  if (isIP(host) === 4) return written !== host;
  return written.includes('%') || written.normalize('NFKC') !== written.normalize('NFC');
}

/**
 * `checkTargetUrl` for a URL that may be a Liquid template. Scheme, host and port must be fixed text, so that the check
 * is valid for every document. Each output is percent-encoded, so that it cannot end its path segment.
 */
export function checkTarget(url: string, policy: TargetPolicy): string | null {
  if (!isTemplate(url)) return checkTargetUrl(url, policy);
  if (!hasFixedOrigin(url)) {
    return (
      'A template is allowed only in the path and the query of the URL: write scheme, host and port as fixed text, ' +
      'such as https://hooks.example.com/orders/{{ doc.name }}.'
    );
  }
  return templateFault('URL', url, 'url') ?? checkTargetUrl(sampleOf(url), policy);
}

/** Whether scheme, host and port are fixed text. @param url with a template, or its part before the first one */
export function hasFixedOrigin(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#{}]+[/?]/i.test(url);
}

export function renderTarget(url: string, subject: Subject): { readonly text: string } | ProgramFault {
  if (!isTemplate(url)) return { text: url };
  const template = compileTemplate('URL', url);
  if ('message' in template) return template;
  const rendered = template.render(subject);
  if ('message' in rendered) return rendered;
  const path = rendered.text.split('?', 1)[0] as string;
  if (path.includes(EMPTY_OUTPUT))
    return { message: 'A part of the path is empty, which would lead to another address.' };
  if (/\/(\.|%2e){1,2}(\/|$)/i.test(path)) {
    return { message: 'A part of the path is "." or "..", which would lead to another address.' };
  }
  return { text: rendered.text.replaceAll(EMPTY_OUTPUT, '') };
}

/**
 * The URL of a proxy, or the sentence that says what is wrong with it. The rules for addresses and ports are those of
 * targets. http is allowed: what passes through the tunnel is encrypted by itself, unless the target is called over http.
 */
export function readProxyUrl(url: string, policy: TargetPolicy): URL | string {
  if (/^[a-z]+:\/\/[^/?]*@/i.test(url)) {
    return 'The URL contains credentials (user:password@): give them as username and password.';
  }
  const read = readTargetUrl(url, { ...policy, allowHttp: true });
  if (typeof read === 'string') return read;
  if (read.pathname === '/' && read.search === '') return read;
  return 'The URL of a proxy has no path and no query: write it like http://proxy.example.com:3128.';
}
