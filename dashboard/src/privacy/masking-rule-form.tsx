import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  CreateMaskingRuleDocument,
  DeleteMaskingRuleDocument,
  type MaskingRulePartsFragment,
} from '../api/generated/documents';
import { useAct } from '../api/use-api';
import type { Role } from '../api/viewer';
import { ActDialog } from '../ui/act-dialog';
import { Failed } from '../ui/answer';
import { CheckField, SelectField, TextField } from '../ui/field';
import { UserErrors } from '../ui/user-errors';
import { usePrivacyTexts } from './texts';
import { WebhookField } from './webhook-field';

type Part = MaskingRulePartsFragment['part'];
type Strategy = MaskingRulePartsFragment['strategy'];

const ROLES: readonly Role[] = ['SUPPORT', 'INTEGRATION_MANAGER', 'AUDITOR'];
const PARTS: readonly Part[] = ['DATA', 'RESPONSE', 'HEADERS', 'RESPONSE_HEADERS'];
const STRATEGIES: readonly Strategy[] = ['SHOW', 'LAST4', 'HIDE'];

/** @param replaced the rule in whose place the new one comes; it is deleted when the new one is there. null: none */
export function MaskingRuleForm({ replaced, onClose }: { replaced: MaskingRulePartsFragment | null; onClose(): void }) {
  const texts = usePrivacyTexts();
  const cache = useQueryClient();
  const deleting = useAct(DeleteMaskingRuleDocument);
  const [roles, setRoles] = useState<readonly Role[]>(replaced?.roles ?? ['SUPPORT']);
  const [part, setPart] = useState<Part>(replaced?.part ?? 'DATA');
  const [path, setPath] = useState(replaced?.path ?? '$.');
  const [strategy, setStrategy] = useState<Strategy>(replaced?.strategy ?? 'SHOW');
  const [documentType, setDocumentType] = useState(replaced?.documentType ?? '');
  const [webhookId, setWebhookId] = useState(replaced?.webhook?.id ?? '');
  const created = async () => {
    if (replaced) {
      const answer = await deleting.mutateAsync({ input: { id: replaced.id } }).catch(() => null);
      await cache.invalidateQueries();
      if (!answer || answer.data.deleteMaskingRule?.userErrors.length) return;
    }
    onClose();
  };
  const isLeft = deleting.error !== null || (deleting.data?.data.deleteMaskingRule?.userErrors.length ?? 0) > 0;
  return (
    <ActDialog
      title={replaced ? texts.replace : texts.newRule}
      submit={replaced ? texts.replace : texts.createRule}
      isOpen
      onClose={onClose}
      document={CreateMaskingRuleDocument}
      isReady={roles.length > 0 && path.trim() !== '' && !isLeft}
      variables={() => ({
        input: {
          roles: [...roles],
          part,
          path: path.trim(),
          strategy,
          documentType: documentType.trim() || null,
          webhookId: webhookId || null,
        },
      })}
      userErrors={(data) => data.createMaskingRule?.userErrors}
      done={() => void created()}
    >
      {replaced ? <p>{texts.replaceText}</p> : null}
      <fieldset className="stack">
        <legend>{texts.roles}</legend>
        {ROLES.map((role) => (
          <CheckField
            key={role}
            label={role}
            checked={roles.includes(role)}
            onChange={(on) => setRoles(on ? [...roles, role] : roles.filter((each) => each !== role))}
          />
        ))}
      </fieldset>
      <SelectField<Strategy>
        label={texts.strategy}
        value={strategy}
        options={STRATEGIES.map((value) => ({ value, label: texts.strategies[value] }))}
        onChange={setStrategy}
      />
      <SelectField<Part>
        label={texts.part}
        value={part}
        options={PARTS.map((value) => ({ value, label: texts.parts[value] }))}
        onChange={setPart}
      />
      <TextField label={texts.path} hint={texts.pathHint} value={path} onChange={setPath} required ltr />
      <TextField label={texts.documentType} value={documentType} onChange={setDocumentType} placeholder={texts.all} />
      <WebhookField value={webhookId} onChange={setWebhookId} />
      {isLeft ? (
        <p className="note" data-tone="bad" role="alert">
          {texts.notDeleted}
        </p>
      ) : null}
      <UserErrors errors={deleting.data?.data.deleteMaskingRule?.userErrors} />
      {deleting.error ? <Failed error={deleting.error} /> : null}
    </ActDialog>
  );
}
