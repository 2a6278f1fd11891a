import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { InputError } from '../../errors/errors';
import { checkInput, coerceInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { answer, payloadOf } from '../../graphql/user-error';
import { CreateWebhookInput } from '../api/webhook.inputs';
import { warnings } from '../api/webhook.type';
import { WebhookWhere } from '../api/webhook-where.inputs';
import type { SettingWarning } from '../request/request-rules';
import { SettingChangeType } from '../versions/api/webhook-version.resolver';
import { changeFor } from '../versions/recorded-settings';
import { exportWebhooks, type WebhookFile } from './export-webhooks';
import type { ReadSettings } from './import-entry';
import type { ImportedWebhook } from './import-plan';
import { importWebhooks } from './import-webhooks';
import { MAX_WEBHOOKS } from './settings-document';
import { ExportWebhooksInput, ImportWebhooksInput, WebhookFileType, WebhookImportType } from './settings-file.type';

const ExportWebhooksPayload = payloadOf('ExportWebhooks', { file: [() => WebhookFileType, 'The file.'] });

const ImportWebhooksPayload = payloadOf('ImportWebhooks', {
  plan: [
    () => String,
    'A hash of what the import does, 64 hexadecimal digits. Give the `plan` of a dry run to the import that ' +
      'carries it out. null: there are faults.',
  ],
  webhooks: [
    () => [WebhookImportType],
    `Every webhook of the document in its order, at most ${MAX_WEBHOOKS}, then those that are archived. A dry run leaves out those ` +
      'with faults.',
  ],
  ...warnings,
});

const NOTHING = {
  plan: null as string | null,
  webhooks: null as ImportedWebhook[] | null,
  warnings: null as SettingWarning[] | null,
};

@Resolver(() => WebhookImportType)
export class SettingsFileResolver {
  @FieldResolver(() => [SettingChangeType])
  changes(@Root() { changes }: ImportedWebhook, @Ctx() context: Context) {
    return changes.map((change) => changeFor(context, change));
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ExportWebhooksPayload, {
    description: withExample(
      'Returns the settings of webhooks as a file for importWebhooks, which can be kept in version control. The ' +
        'file contains credentials without their secrets. The audit trail records the export ' +
        '(`webhook.exported`).',
      'mutation {\n  exportWebhooks(input: { where: { documentType: { eq: "Sales Invoice" } } }) {\n' +
        '    file { text sha256 webhookCount } userErrors { field message }\n  }\n}',
    ),
  })
  exportWebhooks(
    @Ctx() context: Context,
    @Arg('input', () => ExportWebhooksInput, { defaultValue: {}, description: 'The webhooks. Default: all.' })
    { where }: ExportWebhooksInput,
  ) {
    const { services, viewer } = context;
    return answer({ file: null as WebhookFile | null }, async () => {
      const condition = conditionOf(where, WebhookWhere.filter, ['input', 'where']);
      const { keyring } = services.webhookRules;
      const { seesAll } = masksOf(context);
      return {
        file: await context.transaction((db) => exportWebhooks(db, viewer as Viewer, keyring, condition, seesAll)),
      };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => ImportWebhooksPayload, {
    description: withExample(
      'Creates and updates webhooks from a file of exportWebhooks, all or none. Webhooks are found by their ' +
        'names, so that a file of another Hookledger can be imported. The rules of createWebhook and ' +
        'updateWebhook apply to each. With `dryRun`, nothing is changed, and the answer contains the plan and ' +
        'every fault.',
      'mutation {\n  importWebhooks(input: { dryRun: true, document: "{\\"format\\": \\"hookledger/webhooks\\", ' +
        '\\"formatVersion\\": 1, \\"webhooks\\": []}" }) {\n    plan webhooks { name action changes { setting before after } }\n' +
        '    userErrors { field code message }\n  }\n}',
    ),
  })
  importWebhooks(
    @Ctx() context: Context,
    @Arg('input', () => ImportWebhooksInput, { description: 'The document, and what to do with it.' })
    input: ImportWebhooksInput,
    @Info() { schema }: GraphQLResolveInfo,
  ) {
    const { services, viewer } = context;
    return answer(NOTHING, async () => {
      checkInput(input);
      const { plan = null, secrets, reason = null, ...rest } = input;
      const order = { ...rest, plan, secrets: secrets ?? [], reason };
      const rules = { viewer: viewer as Viewer, services, read: reading(schema) };
      const { faults, ...result } = await importWebhooks(context.transaction, rules, order);
      return { ...result, userErrors: faults };
    });
  }
}

// The settings of a file are those of createWebhook, with the same types and checks.
function reading(schema: GraphQLSchema) {
  return (settings: Record<string, unknown>): ReadSettings => {
    const coerced = coerceInput(schema, 'CreateWebhookInput', settings);
    if ('faults' in coerced) throw new InputError(coerced.faults);
    checkInput(Object.assign(new CreateWebhookInput(), coerced.value));
    // coerced to CreateWebhookInput
    return coerced.value as unknown as ReadSettings;
  };
}
