import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** One CIDR of `ALLOWED_TARGET_NETWORKS` or `BLOCKED_TARGET_NETWORKS`. */
export type Network = readonly [Address, number];

/** The part of the target policy that concerns addresses. */
export interface AddressPolicy {
  readonly allowedNetworks: readonly Network[];
  /** Never called, even if `allowedNetworks` contains them. */
  readonly blockedNetworks?: readonly Network[];
  /** Addresses of this machine, which may be public. Services on it may trust local clients. */
  readonly ownAddresses?: () => readonly string[];
}

const NOT_PUBLIC_V4 = cidrs(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24',
  '203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  // A public address, but on an Azure machine that of the platform agent, which gives out secrets.
  '168.63.129.16/32',
);

// IANA assigns global addresses only from this block. Addresses outside it are refused without being listed:
// mapped, IPv4-compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local, SRv6, multicast.
const GLOBAL_V6 = cidrs('2000::/3');

// 2001::/23 holds Teredo, benchmarking, both ORCHIDs and DETs; 2002::/16 (6to4) embeds any IPv4 address.
const NOT_PUBLIC_V6 = cidrs('2001::/23 2001:db8::/32 2002::/16 3fff::/20');

/** Whether an IP literal is a public address. Returns false for unreadable text, so that the guard fails closed. */
export function isPublicAddress(ip: string): boolean {
  const address = readAddress(ip);
  if (address === null) return false;
  if (address.kind() === 'ipv4') return !isInside(address, NOT_PUBLIC_V4);
  return isInside(address, GLOBAL_V6) && !isInside(address, NOT_PUBLIC_V6);
}

/** Whether webhooks may be sent to an address. */
export function allowsAddress(ip: string, policy: AddressPolicy): boolean {
  return refusalOf(ip, policy) === null;
}

/** Why an address is refused: what it is, for "which is ...", and the rule. */
export interface AddressRefusal {
  kind: string;
  rule: string;
}

/**
 * Null when webhooks may be sent to the address. Blocked networks take precedence over allowed ones, and these over the
 * kind.
 */
export function refusalOf(ip: string, policy: AddressPolicy): AddressRefusal | null {
  const read = readAddress(ip);
  const address = read && withoutMapping(read);
  if (address && isInside(address, policy.blockedNetworks ?? [])) {
    return { kind: 'inside a network that BLOCKED_TARGET_NETWORKS names', rule: 'no webhook is sent there' };
  }
  if (address && isInside(address, policy.allowedNetworks)) return null;
  if (!isPublicAddress(ip)) return { kind: addressKind(ip), rule: PUBLIC_ONLY };
  if (address && policy.ownAddresses?.().some((own) => readAddress(own)?.toString() === address.toString())) {
    return { kind: 'an address of the machine that Hookledger runs on', rule: OTHERS_ONLY };
  }
  return null;
}

const UNLESS = 'unless ALLOWED_TARGET_NETWORKS names its network';
const PUBLIC_ONLY = `webhooks are sent to public addresses only, ${UNLESS}`;
const OTHERS_ONLY = `webhooks are sent to other machines only, ${UNLESS}`;

/** Reads a list of networks: CIDRs or single addresses, separated by commas or spaces. Throws on a bad one. */
export function parseNetworks(text: string): Network[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseNetwork);
}

// the kind of an address that is not public, for "which is a loopback address"
function addressKind(ip: string): string {
  const address = readAddress(ip);
  if (address === null) return 'not an IP address';
  return KINDS[address.range()] ?? 'not an address of the public internet';
}

const KINDS: { readonly [range: string]: string } = {
  private: 'a private address',
  uniqueLocal: 'a private address',
  loopback: 'a loopback address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'an address inside a carrier network (CGNAT)',
  multicast: 'a multicast address',
  unspecified: 'the unspecified address',
  ipv4Mapped: 'an IPv4 address mapped to IPv6',
  rfc6052: 'an IPv4 address mapped to IPv6 (NAT64)',
  '6to4': 'an IPv4 address mapped to IPv6 (6to4)',
  teredo: 'an IPv4 address mapped to IPv6 (Teredo)',
};

function parseNetwork(part: string): Network {
  const [ip = '', bits, ...rest] = part.split('/');
  const address = readAddress(ip);
  const size = address?.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? size : Number(/^\d{1,3}$/.test(bits) ? bits : Number.NaN);
  if (address === null || rest.length > 0 || !(length <= size)) {
    throw new Error(`"${part}" is not a network: write it like 10.0.0.0/8 or fd00::/8.`);
  }
  if (withoutMapping(address) !== address) {
    throw new Error(`"${part}" is an IPv4 network mapped to IPv6: write the IPv4 network itself.`);
  }
  const first = firstAddress(address, length);
  if (first.toString() !== address.toString()) {
    throw new Error(`"${part}" has bits set outside its prefix: write ${first}/${length}, or ${ip} alone.`);
  }
  return [address, length];
}

// `isIP` first, because ipaddr.js also reads 0x7f.1 and 0177.0.0.1. A zone id names an interface of this machine.
function readAddress(ip: string): Address | null {
  return isIP(ip) === 0 || ip.includes('%') ? null : ipaddr.parse(ip);
}

// A dual-stack resolver or socket writes 10.0.0.5 as ::ffff:10.0.0.5; both are inside an allowed 10.0.0.0/8.
function withoutMapping(address: Address): Address {
  return 'isIPv4MappedAddress' in address && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function isInside(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([first, length]) => first.kind() === address.kind() && address.match(first, length));
}

function firstAddress(address: Address, length: number): Address {
  const masked = address
    .toByteArray()
    .map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - index * 8))));
  return ipaddr.fromByteArray(masked);
}

function cidrs(...lists: string[]): Network[] {
  return lists.flatMap((list) => list.split(' ')).map((cidr) => ipaddr.parseCIDR(cidr));
}
