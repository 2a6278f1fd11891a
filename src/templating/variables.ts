// The variables of conditions and templates: `event`, `user` and `doc`.

import { type JsonPart, rootOf } from '../json/json-part';
import { type SourcedJson, sourcedJson } from '../json/json-sourced';
import { readJsonText } from '../json/json-text';
import { celValue } from './cel-environment';
import { createExactNumbers } from './liquid-filters';

/** The variable `event` in conditions and templates. */
export interface EventWords {
  readonly id: string;
  /** The `type` of Standard Webhooks, such as sales_invoice.on_submit. */
  readonly type: string;
  readonly documentType: string;
  readonly event: string;
  readonly referenceDocument: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface UserWords {
  readonly name: string;
  readonly fullName: string | null;
}

/** The variables of a condition or template: `event`, `user`, and `doc` in the form that CEL or Liquid needs. */
export interface Subject {
  readonly event: EventWords;
  readonly user: UserWords;
  readonly celDocument: () => unknown;
  readonly liquidDocument: () => SourcedJson;
  readonly part: () => JsonPart;
}

/** The document is parsed once, when it is first needed. @param body its JSON text in UTF-8 */
export function subjectOf(event: EventWords, user: UserWords, body: Buffer): Subject {
  const json = once(() => readJsonText(body.toString('utf8')));
  return {
    event,
    user,
    celDocument: once(() => celValue(json().value)),
    liquidDocument: once(() => sourcedJson(json(), createExactNumbers())),
    part: once(() => rootOf(json())),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
