// Events as plain JSON: one object or a list of them, with the fields of PublishEventInput.
import { quoted, type UserError } from '../../errors';
import type { NewEvent } from '../../events/event-faults';
import type { JsonPart } from '../../json/json-part';
import { memberReader } from './read-members';

const FIELDS = ['documentType', 'event', 'referenceDocument', 'data', 'user', 'idempotencyKey', 'causedBy'];
const REQUIRED = ['documentType', 'event', 'referenceDocument'];

/**
 * @param key the `Idempotency-Key` header of a call with one event; null: none
 * @param faults gains the faults; the event must not be used if there are any
 */
export function plainEvent(part: JsonPart, path: readonly string[], key: string | null, faults: UserError[]): NewEvent {
  const reader = memberReader(part, FIELDS, path, faults);
  // only the first one: there may be millions
  const unknown = Object.keys(part.value as object).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    const message = `There is no field ${quoted(unknown)}. An event has ${FIELDS.join(', ')}.`;
    reader.refuse(unknown, 'INVALID', message);
  }
  for (const name of REQUIRED) {
    if (!reader.isGiven(name)) reader.refuse(name, 'REQUIRED', `${name} is missing.`);
  }
  const ownKey = reader.text('idempotencyKey');
  if (key !== null && ownKey !== null && ownKey !== key) {
    const message = `idempotencyKey is ${quoted(ownKey)}, but the header Idempotency-Key is ${quoted(key)}: give one.`;
    reader.refuse('idempotencyKey', 'INVALID', message);
  }
  return {
    documentType: reader.text('documentType') ?? '',
    event: reader.text('event') ?? '',
    referenceDocument: reader.text('referenceDocument') ?? '',
    data: reader.data('data'),
    user: reader.text('user'),
    idempotencyKey: ownKey ?? key,
    causedBy: reader.text('causedBy'),
  };
}
