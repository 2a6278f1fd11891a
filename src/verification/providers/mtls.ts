import { type ClientCertificate, type IncomingCall, inBody } from '../call';
import { type Claim, notSigned, type Refusal } from '../claim';
import { shownProof } from '../compare-secrets';
import type { Provider } from '../provider';
import { CERTIFICATE } from '../secret-forms';

/**
 * RFC 8705, section 2.2: the certificate itself identifies the client, regardless of its issuer. A proxy verifies its
 * key.
 */
export const mtls: Provider = {
  title: 'mTLS',
  secret: CERTIFICATE,
  read,
  unrecorded: () => 'The client certificate',
  places: { event: [inBody('$.type'), inBody('$.event')], id: [], reference: [] },
};

function read({ certificate }: IncomingCall): Claim | Refusal {
  if (certificate === null) return notSigned('The call came without a client certificate from a trusted proxy.');
  const message = `${nameOf(certificate)} is not one agreed on: its fingerprint is ${certificate.fingerprint.toString('hex')}.`;
  const proof = shownProof('CERTIFICATE', certificate.fingerprint, { code: 'UNKNOWN_KEY', message });
  const { validFrom: fromMs, validTo: toMs } = certificate;
  return { proofs: [{ ...proof, validity: { what: nameOf(certificate), fromMs, toMs } }] };
}

function nameOf({ subject }: ClientCertificate): string {
  return `The certificate of ${JSON.stringify(subject.slice(0, 200))}`;
}
