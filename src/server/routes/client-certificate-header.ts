// Reads the client certificate that a trusted proxy passes on in a header.
import { createHash, X509Certificate } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { ClientCertificate } from '../../verification/call';

export interface CertificateReader {
  /** null: the peer is no trusted proxy, or the value is no certificate. @param peer the other end of the connection */
  read(values: readonly string[], peer: string | undefined): ClientCertificate | null;
}

/** @param trustedProxies addresses and CIDRs; the header of any other peer is ignored */
export function createCertificateReader(trustedProxies: readonly string[]): CertificateReader {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (peer: string) => {
    const plain = peer.replace(/^::ffff:(?=\d+\.)/i, '');
    return trusted.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  };
  return {
    read(values, peer) {
      // two of them: one may be the caller's own
      if (values.length !== 1 || peer === undefined || !isTrusted(peer)) return null;
      return certificateIn(values[0] as string);
    },
  };
}

// RFC 9440, section 2.1: base64 of DER between colons; nginx and AWS: PEM, percent-encoded; others: PEM on one line
function certificateIn(value: string): ClientCertificate | null {
  try {
    const der = /^\s*:([A-Za-z0-9+/=]+):\s*$/.exec(value)?.[1];
    const certificate = new X509Certificate(der === undefined ? pemOf(value) : Buffer.from(der, 'base64'));
    return {
      fingerprint: createHash('sha256').update(certificate.raw).digest(),
      subject: certificate.subject.replaceAll('\n', ', '),
      validFrom: Date.parse(certificate.validFrom),
      validTo: Date.parse(certificate.validTo),
    };
  } catch {
    return null;
  }
}

function pemOf(value: string): string {
  const text = value.includes('%') ? decodeURIComponent(value) : value;
  const base64 = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text)?.[1] ?? '';
  const lines = base64.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
