import { useState } from 'react';
import {
  DeleteMaskingRuleDocument,
  type MaskingRulePartsFragment,
  MaskingRulesDocument,
} from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { ActDialog } from '../ui/act-dialog';
import { Empty } from '../ui/answer';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { Time } from '../ui/time';
import { MaskingRuleForm } from './masking-rule-form';
import { usePrivacyTexts } from './texts';

interface Act {
  kind: 'create' | 'replace' | 'delete';
  rule: MaskingRulePartsFragment | null;
}

export function MaskingRules() {
  const texts = usePrivacyTexts();
  const viewer = useViewer();
  const [act, setAct] = useState<Act | null>(null);
  const pages = useApiPages(MaskingRulesDocument, {}, ({ maskingRules }) => maskingRules);
  const mayChange = viewer.may('Mutation.createMaskingRule');
  const close = () => setAct(null);
  return (
    <section className="card stack">
      <div className="page-head">
        <h2>{texts.rules}</h2>
        {mayChange ? (
          <Button kind="primary" onPress={() => setAct({ kind: 'create', rule: null })}>
            {texts.newRule}
          </Button>
        ) : null}
      </div>
      <p>{texts.defaults}</p>
      <PagedTable
        label={texts.rules}
        pages={pages}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.noRules} />}
        columns={[
          { header: texts.roles, cell: ({ roles }) => <Ltr className="mono">{roles.join(', ')}</Ltr> },
          { header: texts.strategy, cell: ({ strategy }) => texts.strategies[strategy] },
          { header: texts.path, cell: ({ path }) => <Ltr className="mono">{path}</Ltr> },
          { header: texts.part, cell: ({ part }) => texts.parts[part] },
          { header: texts.documentType, cell: ({ documentType }) => <bdi>{documentType ?? texts.all}</bdi> },
          { header: texts.webhook, cell: ({ webhook }) => <bdi>{webhook?.name ?? texts.all}</bdi> },
          { header: texts.by, cell: ({ createdBy }) => <bdi>{createdBy?.fullName ?? createdBy?.name}</bdi> },
          { header: texts.since, cell: ({ createdAt }) => <Time at={createdAt} as="day" /> },
          ...(mayChange
            ? [
                {
                  header: '',
                  cell: (rule: MaskingRulePartsFragment) => (
                    <span className="row">
                      <Button asks onPress={() => setAct({ kind: 'replace', rule })}>
                        {texts.replace}
                      </Button>
                      <Button kind="danger" onPress={() => setAct({ kind: 'delete', rule })}>
                        {texts.remove}
                      </Button>
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      {act?.kind === 'create' || act?.kind === 'replace' ? (
        <MaskingRuleForm replaced={act.rule} onClose={close} />
      ) : null}
      <ActDialog
        title={texts.remove}
        submit={texts.remove}
        kind="danger"
        isOpen={act?.kind === 'delete'}
        onClose={close}
        document={DeleteMaskingRuleDocument}
        variables={() => ({ input: { id: act?.rule?.id ?? '' } })}
        userErrors={(data) => data.deleteMaskingRule?.userErrors}
      >
        <p>
          <Ltr className="mono">{act?.rule?.path}</Ltr>
        </p>
        <p>{texts.removeText}</p>
      </ActDialog>
    </section>
  );
}
