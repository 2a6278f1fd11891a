// IP addresses, and networks of them in CIDR form.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The first address of a network, and the number of bits that its addresses share. */
export type Network = readonly [Address, number];

/** Reads a list of networks: CIDRs or single addresses, separated by commas or spaces. Throws on a bad one. */
export function parseNetworks(text: string): Network[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseNetwork);
}

/** @throws Error that says how a network is written */
export function parseNetwork(part: string): Network {
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

/** null: the text is no address. */
// `isIP` first, because ipaddr.js also reads 0x7f.1 and 0177.0.0.1. A zone id names an interface of this machine.
export function readAddress(ip: string): Address | null {
  return isIP(ip) === 0 || ip.includes('%') ? null : ipaddr.parse(ip);
}

// A dual-stack resolver or socket writes 10.0.0.5 as ::ffff:10.0.0.5; both are inside an allowed 10.0.0.0/8.
export function withoutMapping(address: Address): Address {
  return 'isIPv4MappedAddress' in address && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

export function isInside(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([first, length]) => first.kind() === address.kind() && address.match(first, length));
}

function firstAddress(address: Address, length: number): Address {
  const masked = address
    .toByteArray()
    .map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - index * 8))));
  return ipaddr.fromByteArray(masked);
}

/** Lists of networks that are known to be well formed, separated by spaces. */
export function cidrs(...lists: string[]): Network[] {
  return lists.flatMap((list) => list.split(' ')).map((cidr) => ipaddr.parseCIDR(cidr));
}
