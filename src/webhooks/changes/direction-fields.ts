// The settings that only OUTGOING or only INCOMING webhooks have.
import type { UserError } from '../../errors';
import type { Direction } from '../webhook.entity';

const OF_ONE: Record<Direction, readonly string[]> = {
  OUTGOING: [
    'url',
    'retrySchedule',
    'timeoutMs',
    'signatures',
    'frappeSecret',
    'dedupeSeconds',
    'maxConcurrency',
    'ordering',
    'receiveAuditEvents',
    'sendEvidenceHead',
    'condition',
    'method',
    'headers',
    'passHeaders',
    'bodyFormat',
    'body',
    'fields',
    'secretHeaders',
    'basicAuth',
    'oauth2',
    'clientCertificate',
    'proxy',
    'caCertificates',
  ],
  INCOMING: [
    'provider',
    'verification',
    'toleranceSeconds',
    'eventLocation',
    'idLocation',
    'referenceLocation',
    'becomes',
    'forwardTo',
    'answer',
  ],
};

/**
 * Refuses settings that would have no effect, so that no caller relies on them. null means the default and is allowed.
 */
export function directionFaults(direction: Direction, given: object): UserError[] {
  const other = direction === 'OUTGOING' ? 'INCOMING' : 'OUTGOING';
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return entries
    .filter(([name]) => OF_ONE[other].includes(name))
    .map(([name]) => ({
      field: [name],
      code: 'INVALID',
      message: `${name} belongs to ${other} webhooks; this one is ${direction}: leave it out.`,
    }));
}
