// A webhook with settings that are not saved, and what is wrong with them.

import type { Viewer } from '../../access/viewer';
import { type Position, positionIn } from '../../templating/text-position';
import { requestFaults } from '../request/request-rules';
import type { RequestSettings } from '../request/request-settings';
import type { TargetPolicy } from '../request/target-url';
import type { WebhookRow } from '../webhook.store';
import { columnsOfBothDirections, eventFaults, newWebhook } from './both-directions';
import { outgoingColumns, urlFaults } from './outgoing-webhooks';

/** The settings that decide which events are sent and what is sent of them. An absent one is as stored, or the default. */
export interface DraftSettings extends RequestSettings {
  url?: string | null;
  documentType?: string | null;
  events?: string[] | null;
}

export interface DraftFault {
  /** The path in the draft. */
  field: string[];
  /** Of the text at this path; null: the fault has no position. */
  line: number | null;
  column: number | null;
  message: string;
}

export interface Draft {
  webhook: WebhookRow;
  faults: DraftFault[];
}

/** @param stored null: a new webhook; until it has a URL, that of its requests is empty */
export function draftOf(
  stored: WebhookRow | null,
  settings: DraftSettings,
  viewer: Viewer,
  policy: TargetPolicy,
): Draft {
  const before = stored ?? { ...newWebhook(viewer, 'OUTGOING', { name: 'Draft' }), url: '' };
  const webhook = { ...before, ...columnsOfBothDirections(settings), ...outgoingColumns(settings) };
  const { url, events } = settings;
  const faults = [
    ...(url === undefined ? [] : urlFaults(url, policy)),
    ...eventFaults(events ?? []),
    ...requestFaults(settings, webhook),
  ];
  return { webhook, faults: faults.map(({ field, message }) => draftFault(field ?? [], message)) };
}

export function draftFault(field: string[], message: string): DraftFault {
  const { line, column }: Position | { line: null; column: null } = positionIn(message) ?? { line: null, column: null };
  return { field, line, column, message };
}
