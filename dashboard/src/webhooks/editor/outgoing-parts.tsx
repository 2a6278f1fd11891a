import type { BodyFormat, DeliveryOrdering, SignatureScheme, WebhookMethod } from '../../api/generated/documents';
import { CheckField, SelectField } from '../../ui/field';
import { CodeField } from './code-field';
import { faultsAt, faultsOfPairs, faultText } from './form-faults';
import { type FormPart, Part, TextSetting } from './form-part';
import { useEditorTexts } from './texts';

const METHODS: readonly WebhookMethod[] = ['POST', 'PUT', 'PATCH', 'DELETE'];
const FORMATS: readonly BodyFormat[] = ['STANDARD', 'JSON', 'FORM', 'ORIGINAL'];
const ORDERINGS: readonly (DeliveryOrdering | '')[] = ['', 'HOLD', 'SKIP'];
const SCHEMES: readonly SignatureScheme[] = ['V1', 'V1A', 'FRAPPE'];

export function WhichEvents({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  return (
    <Part title={texts.which}>
      <TextSetting part={part} name="documentType" label={texts.documentType} hint={texts.documentTypeHint} />
      <TextSetting part={part} name="events" label={texts.events} hint={texts.eventsHint} ltr />
      <CodeField
        label={texts.condition}
        hint={texts.conditionHint}
        value={values.condition}
        faults={faultsAt(faults, ['condition'])}
        onChange={(condition) => set({ condition })}
      />
    </Part>
  );
}

/** @param hidesUrl parts of the stored URL are hidden from the viewer */
export function WhatIsSent({ part, hidesUrl }: { part: FormPart; hidesUrl: boolean }) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  const { bodyFormat } = values;
  return (
    <Part title={texts.what}>
      <TextSetting
        part={part}
        name="url"
        label={texts.url}
        hint={hidesUrl ? `${texts.urlHint} ${texts.urlHidden}` : texts.urlHint}
        ltr
        required
      />
      <SelectField
        label={texts.method}
        value={values.method}
        options={METHODS.map((value) => ({ value, label: value }))}
        onChange={(method) => set({ method })}
      />
      <CodeField
        label={texts.headers}
        hint={texts.headersHint}
        value={values.headers}
        faults={faultsOfPairs(faults, 'headers', values.headers)}
        onChange={(headers) => set({ headers })}
      />
      <SelectField
        label={texts.bodyFormat}
        value={bodyFormat}
        options={FORMATS.map((value) => ({ value, label: texts.formats[value] }))}
        fault={faultText(faults, ['bodyFormat'])}
        onChange={(format) => set({ bodyFormat: format })}
      />
      {bodyFormat === 'JSON' ? (
        <CodeField
          label={texts.body}
          hint={texts.bodyHint}
          value={values.body}
          faults={faultsAt(faults, ['body'])}
          onChange={(body) => set({ body })}
        />
      ) : null}
      {bodyFormat === 'JSON' || bodyFormat === 'FORM' ? (
        <CodeField
          label={texts.fields}
          hint={texts.fieldsHint}
          value={values.fields}
          faults={faultsOfPairs(faults, 'fields', values.fields)}
          onChange={(fields) => set({ fields })}
        />
      ) : null}
      <TextSetting part={part} name="passHeaders" label={texts.passHeaders} hint={texts.passHeadersHint} ltr />
    </Part>
  );
}

export function WhenAndHowOften({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  return (
    <Part title={texts.when}>
      <TextSetting part={part} name="retrySchedule" label={texts.retrySchedule} hint={texts.retryHint} ltr />
      <TextSetting
        part={part}
        name="timeoutSeconds"
        path={['timeoutMs']}
        label={texts.timeout}
        hint={texts.timeoutHint}
        ltr
      />
      <RateLimit part={part} />
      <TextSetting part={part} name="maxConcurrency" label={texts.maxConcurrency} hint={texts.noLimit} ltr />
      <SelectField
        label={texts.ordering}
        value={values.ordering}
        options={ORDERINGS.map((value) => ({ value, label: texts.orderings[value] }))}
        fault={faultText(faults, ['ordering'])}
        onChange={(ordering) => set({ ordering })}
      />
      <TextSetting part={part} name="dedupeSeconds" label={texts.dedupe} hint={texts.dedupeHint} ltr />
    </Part>
  );
}

export function RateLimit({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  return (
    <div className="two-fields">
      <TextSetting
        part={part}
        name="rateRequests"
        path={['rateLimit']}
        label={texts.rateRequests}
        hint={texts.rateHint}
        ltr
      />
      <TextSetting part={part} name="rateSeconds" path={['rateLimit', 'seconds']} label={texts.rateSeconds} ltr />
    </div>
  );
}

export function Signatures({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  const fault = faultText(faults, ['signatures']);
  return (
    <fieldset className="plain-part stack">
      <legend>{texts.signatures}</legend>
      {SCHEMES.map((scheme) => (
        <CheckField
          key={scheme}
          label={texts.schemes[scheme]}
          checked={values.signatures.includes(scheme)}
          onChange={(checked) =>
            // in the order of the API, so that taking one off and on again changes nothing
            set({
              signatures: SCHEMES.filter((each) => (each === scheme ? checked : values.signatures.includes(each))),
            })
          }
        />
      ))}
      {fault ? (
        <span className="fault" role="alert">
          {fault}
        </span>
      ) : null}
    </fieldset>
  );
}

export function Rights({ part }: { part: FormPart }) {
  const texts = useEditorTexts();
  const { values, set, direction, isSystemManager } = part;
  const why = isSystemManager ? undefined : texts.onlySystemManager;
  return (
    <Part title={texts.rights}>
      {direction === 'OUTGOING' ? (
        <CheckField
          label={texts.head}
          hint={texts.headHint}
          checked={values.sendEvidenceHead}
          onChange={(sendEvidenceHead) => set({ sendEvidenceHead })}
        />
      ) : null}
      {direction === 'OUTGOING' ? (
        <CheckField
          label={texts.trace}
          hint={texts.traceHint}
          checked={values.sendTraceparent}
          onChange={(sendTraceparent) => set({ sendTraceparent })}
        />
      ) : null}
      <CheckField
        label={texts.reveal}
        hint={why}
        isDisabled={!isSystemManager}
        checked={values.supportMayReveal}
        onChange={(supportMayReveal) => set({ supportMayReveal })}
      />
      {direction === 'OUTGOING' ? (
        <CheckField
          label={texts.audit}
          hint={why}
          isDisabled={!isSystemManager}
          checked={values.receiveAuditEvents}
          onChange={(receiveAuditEvents) => set({ receiveAuditEvents })}
        />
      ) : null}
    </Part>
  );
}
