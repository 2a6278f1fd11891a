import { HMAC_ALGORITHMS, type Provider, SIGNATURE_ENCODINGS, type VerificationSettings } from '../provider';
import { usesOf } from '../signed-template';
import type { Variant } from './variant';

const TEMPLATES = [
  ...['{body}', '{timestamp}.{body}', '{timestamp}{body}', '{timestamp}:{body}', 'v0:{timestamp}:{body}'],
  ...[
    '{body}{timestamp}',
    '{body}.{timestamp}',
    '{id}.{timestamp}.{body}',
    '{timestamp}.{id}.{body}',
    '{id}{timestamp}{body}',
  ],
  ...['{id}.{body}', '{url}{body}', '{body}{url}', '{method}{url}{body}', '{method}\n{url}\n{body}'],
];

/** Variants of the settings, for providers that have settings. */
export function settingVariants(provider: Provider, settings: VerificationSettings): Variant<VerificationSettings>[] {
  if (!provider.settings?.optional.includes('algorithm')) return [];
  return [...algorithmVariants(settings), ...templateVariants(settings)];
}

function algorithmVariants(settings: VerificationSettings): Variant<VerificationSettings>[] {
  const agreed = `${settings.algorithm} in ${settings.encoding}`;
  const found = HMAC_ALGORITHMS.flatMap((algorithm) =>
    SIGNATURE_ENCODINGS.map((encoding) => ({ algorithm, encoding })),
  );
  return found
    .map(({ algorithm, encoding }) => ({
      name: `${algorithm} in ${encoding}`,
      value: { ...settings, algorithm, encoding },
    }))
    .filter(({ name }) => name !== agreed)
    .map(({ name, value }) => ({ change: `as HMAC-${name}; HMAC-${agreed} was agreed on`, value }));
}

function templateVariants(settings: VerificationSettings): Variant<VerificationSettings>[] {
  const agreed = JSON.stringify(settings.signed);
  const found = TEMPLATES.filter((signed) => signed !== settings.signed && isTold(signed, settings));
  return found.map((signed) => ({
    change: `over ${JSON.stringify(signed)}; ${agreed} was agreed on`,
    value: { ...settings, signed },
  }));
}

// Whether the settings name the headers of all values in the template.
function isTold(signed: string, { timestampHeader, idHeader }: VerificationSettings): boolean {
  const uses = usesOf(signed);
  return (timestampHeader !== null || !uses.has('timestamp')) && (idHeader !== null || !uses.has('id'));
}
