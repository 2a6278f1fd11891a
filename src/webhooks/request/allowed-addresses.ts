import { cidrs, isInside, type Network, readAddress, withoutMapping } from '../../values/networks';

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
