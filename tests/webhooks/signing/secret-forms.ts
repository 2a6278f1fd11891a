import { randomBytes } from 'node:crypto';

export const ownV1 = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`;

export const WHSEC = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/);
export const WHPK = expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/);
export const TEXT = expect.stringMatching(/^[\w-]{43}$/);
