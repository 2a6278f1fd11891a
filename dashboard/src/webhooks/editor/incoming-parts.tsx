import type { CallOutcome, HmacAlgorithm, PlaceKind, SignatureEncoding } from '../../api/generated/documents';
import { ForwardTargetsDocument } from '../../api/generated/documents';
import { useApiPages } from '../../api/use-api';
import { Failed } from '../../ui/answer';
import { Button } from '../../ui/button';
import { CheckField, SelectField, TextField } from '../../ui/field';
import { useUiTexts } from '../../ui/texts';
import { PROVIDERS, useProviderTexts } from '../providers';
import type { Credentials } from './credentials';
import { faultText } from './form-faults';
import { type FormPart, Part, TextSetting } from './form-part';
import { type FormValues, VERIFICATION_OF } from './form-values';
import { RateLimit } from './outgoing-parts';
import { useEditorTexts } from './texts';

const ALGORITHMS: readonly (HmacAlgorithm | '')[] = ['', 'SHA256', 'SHA384', 'SHA512', 'SHA1'];
const ENCODINGS: readonly (SignatureEncoding | '')[] = ['', 'HEX', 'BASE64', 'BASE64URL'];
const OUTCOMES: readonly CallOutcome[] = ['BUSINESS_EVENT', 'FORWARD', 'RECORD'];
const FROM: readonly (PlaceKind | '')[] = ['', 'HEADER', 'JSON', 'QUERY'];

interface WhoProps {
  part: FormPart;
  credentials: Credentials;
  setCredentials(part: Partial<Credentials>): void;
}

export function WhoMayCall({ part, credentials, setCredentials }: WhoProps) {
  const texts = useEditorTexts();
  const how = useProviderTexts();
  const { values, set, faults, isNew } = part;
  const { provider } = values;
  return (
    <Part title={texts.who}>
      {isNew ? (
        <SelectField
          label={texts.provider}
          hint={how[provider]}
          value={provider}
          options={PROVIDERS.map((value) => ({ value, label: value }))}
          fault={faultText(faults, ['provider'])}
          onChange={(chosen) => set({ provider: chosen })}
        />
      ) : (
        <p>
          {texts.provider}: <bdi className="mono">{provider}</bdi>. {how[provider]}
        </p>
      )}
      <Verification part={part} />
      {isNew && provider !== 'NONE' ? (
        <TextField
          label={texts.secret}
          hint={texts.secretIn}
          type="password"
          autoComplete="off"
          value={credentials.secret}
          fault={faultText(faults, ['secret'])}
          onChange={(secret) => setCredentials({ secret })}
          ltr
        />
      ) : null}
      <TextSetting part={part} name="toleranceSeconds" label={texts.tolerance} hint={texts.toleranceHint} ltr />
      <RateLimit part={part} />
    </Part>
  );
}

function Verification({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  const hints: Partial<Record<string, string>> = { signed: texts.signedHint, prefix: texts.prefixHint };
  return (VERIFICATION_OF[values.provider] ?? []).map((name) => {
    const label = texts.verification[name];
    const fault = faultText(faults, ['verification', name]);
    if (name === 'algorithm' || name === 'encoding') {
      const options: readonly string[] = name === 'algorithm' ? ALGORITHMS : ENCODINGS;
      return (
        <SelectField
          key={name}
          label={label}
          value={values[name] as string}
          options={options.map((value) => ({ value, label: value || texts.standard }))}
          fault={fault}
          onChange={(value) => set({ [name]: value })}
        />
      );
    }
    return (
      <TextSetting
        key={name}
        part={part}
        name={name}
        path={['verification', name]}
        label={label}
        hint={hints[name]}
        ltr
      />
    );
  });
}

const PLACES = [
  { key: 'event', from: 'eventFrom', name: 'eventName', setting: 'eventLocation' },
  { key: 'id', from: 'idFrom', name: 'idName', setting: 'idLocation' },
  { key: 'reference', from: 'referenceFrom', name: 'referenceName', setting: 'referenceLocation' },
] as const;

export function WhatACallBecomes({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  return (
    <Part title={texts.becomesWhat}>
      <SelectField
        label={texts.becomes}
        value={values.becomes}
        options={OUTCOMES.map((value) => ({ value, label: texts.outcomes[value] }))}
        fault={faultText(faults, ['becomes'])}
        onChange={(becomes) => set({ becomes })}
      />
      {values.becomes === 'FORWARD' ? <ForwardTo part={part} /> : null}
      <TextSetting part={part} name="documentType" label={texts.documentType} hint={texts.documentTypeIn} />
      <TextSetting part={part} name="events" label={texts.events} hint={texts.eventsIn} ltr />
      {PLACES.map(({ key, from, name, setting }) => (
        <div key={key} className="two-fields">
          <SelectField
            label={texts.places[key]}
            value={values[from]}
            options={FROM.map((value) => ({ value, label: texts.from[value] }))}
            onChange={(value) => set({ [from]: value } as Partial<FormValues>)}
          />
          {values[from] === '' ? null : (
            <TextSetting
              part={part}
              name={name}
              path={[setting]}
              label={`${texts.places[key]}: ${texts.placeName}`}
              hint={texts.placeHint}
              ltr
            />
          )}
        </div>
      ))}
    </Part>
  );
}

function ForwardTo({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const ui = useUiTexts();
  const pages = useApiPages(ForwardTargetsDocument, {}, ({ webhooks }) => webhooks);
  const { values, set, faults } = part;
  const fault = faultText(faults, ['forwardTo']);
  return (
    <fieldset className="plain-part stack">
      <legend>{texts.forwardTo}</legend>
      {pages.error ? <Failed error={pages.error} retry={pages.retry} /> : null}
      {pages.rows.length === 0 && !pages.isLoading ? <p className="faint">{texts.noTargets}</p> : null}
      {pages.rows.map(({ id, name }) => (
        <CheckField
          key={id}
          label={name}
          checked={values.forwardTo.includes(id)}
          onChange={(checked) =>
            set({ forwardTo: checked ? [...values.forwardTo, id] : values.forwardTo.filter((each) => each !== id) })
          }
        />
      ))}
      {pages.hasMore ? <Button onPress={pages.more}>{ui.more}</Button> : null}
      {fault ? (
        <span className="fault" role="alert">
          {fault}
        </span>
      ) : null}
    </fieldset>
  );
}

export function AnswerPart({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  return (
    <Part title={texts.answerPart}>
      <div className="two-fields">
        <TextSetting
          part={part}
          name="answerStatus"
          path={['answer', 'statusCode']}
          label={texts.answerStatus}
          hint={texts.answerHint}
          ltr
        />
        <TextSetting part={part} name="answerType" path={['answer', 'contentType']} label={texts.answerType} ltr />
      </div>
      <TextSetting part={part} name="answerBody" path={['answer', 'body']} label={texts.answerBody} lines={3} ltr />
    </Part>
  );
}
